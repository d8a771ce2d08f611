"""From UDP datagrams to secured peers: sockets, ICE-lite (RFC 8445 §2.5), DTLS (RFC 5764), demultiplexing."""
