"""Attaches to an existing TUN device and runs a command that reads and writes its packets at file descriptor 3.

Usage: attach-tun.py DEVICE COMMAND [ARGUMENT ...]. Node cannot do this itself: it has no ioctl.
"""
import fcntl
import os
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
TUN_FD = 3

device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
if device != TUN_FD:
    os.dup2(device, TUN_FD)
os.set_inheritable(TUN_FD, True)
os.execvp(sys.argv[2], sys.argv[2:])
