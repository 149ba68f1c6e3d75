"""Writes every ICMP echo request and reply that passes a network device to a file, with the time at which the kernel saw it.

Usage: capture-echoes.py DEVICE FILE. Prints "ready", ends with its stdin, and then prints how many packets it missed. Node cannot do
this itself: it has no packet sockets.

Record, 44 bytes: time (struct timespec, 16), IPv4 header without options (20), ICMP header (8).
"""
import os
import signal
import socket
import struct
import sys
import threading

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
SOL_PACKET = 263
PACKET_STATISTICS = 6
BUFFER_BYTES = 256 * 1024 * 1024
WRITE_BYTES = 1024 * 1024
IPV4_WITHOUT_OPTIONS = 0x45
ICMP = 1
ECHO_TYPES = (0, 8)
HEADERS_BYTES = 28
CONTROL_BYTES = socket.CMSG_SPACE(16)


def end_with_stdin():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def stop(*_):
    raise KeyboardInterrupt


device, path = sys.argv[1:]
packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
packets.bind((device, ETH_P_ALL))
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, signal.SIG_IGN)
threading.Thread(target=end_with_stdin, daemon=True).start()
with open(path, "wb", buffering=WRITE_BYTES) as out:
    print("ready", flush=True)
    try:
        while True:
            data, control, _, _ = packets.recvmsg(HEADERS_BYTES, CONTROL_BYTES)
            if len(data) == HEADERS_BYTES and data[0] == IPV4_WITHOUT_OPTIONS and data[9] == ICMP and data[20] in ECHO_TYPES:
                out.write(control[0][2] + data)
    except KeyboardInterrupt:
        pass
missed = struct.unpack("II", packets.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
print(missed, flush=True)
