"""SDP (RFC 8866, JSEP RFC 8829) as far as a forwarding engine needs it: read browsers', write ours."""
