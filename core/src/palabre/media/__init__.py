"""The conference engine: receives each participant's media once, forwards it to the others, decodes nothing.

One process (``python -m palabre.media``) serves many rooms. It knows no database, no HTTP and no file of
settings: the web service tells it what to do over a channel (``channel``, ``methods``), and reaches it with
``client.MediaClient``.

From the wire upwards: ``transport`` (UDP, STUN, DTLS) → ``forwarder`` (SRTP, RTP, fan-out) → ``room``,
``peer``, ``publication``, ``subscription`` (who sends what to whom, SDP) → ``engine`` → ``methods`` →
``channel``.
"""
