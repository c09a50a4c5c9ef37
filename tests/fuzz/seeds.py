#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""seeds.py DIR: well-formed conversations for device_fuzz to start from: a robot's and a drive's."""
import struct, sys, os

def data(b): return b'\0' + struct.pack('>H', len(b)) + b          # GOOD with these bytes
def whole(b): return b'\0' + struct.pack('>H', 0x4000) + b         # ... as long as the buffer
def sense(key, asc, ascq): return b'\x09' + bytes([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq]) + bytes(4)
good = b'\0'

def inquiry(kind, vendor, product):
    return data(bytes([kind, 0x80, 5, 2, 91]) + bytes(3) + vendor.ljust(8).encode() + product.ljust(16).encode() + b'1.0 ' + bytes(60))
def serial(text): return data(bytes([8, 0x80, 0, len(text)]) + text.encode())
def designator(): return data(bytes([8, 0x83, 0, 12, 1, 3, 0, 8]) + bytes.fromhex('5001438012345678'))
def page(code, body): return data(bytes([len(body) + 5, 0, 0, 0, code, len(body)]) + body)
def shape():
    return page(0x1D, struct.pack('>9H', 1, 1, 1024, 4, 16, 1, 256, 2, 0)) + page(0x1E, b'\1\0') + page(0x1F, bytes([14, 0] + [14] * 4 + [0] * 12))
def element(address, flags, tag, ident=b'', asc=0):
    return struct.pack('>HBBBB', address, flags, 0, asc >> 8, asc & 255) + bytes(3) + b'\x81\x04\x01' + \
        tag.ljust(32).encode() + bytes(4) + (bytes([2, 1, 0, len(ident)]) + ident if ident else b'')
def report(kind, elements, answer=data):
    body = b''.join(elements)
    return answer(struct.pack('>HH', 1, len(elements)) + (len(body) + 8).to_bytes(4, 'big') +
                 bytes([kind, 0x80]) + struct.pack('>H', len(elements[0])) + len(body).to_bytes(4, 'big') + body)
ids = [b'IBM     ULTRIUM-TD8     ' + s for s in (b'00078A1234', b'00078A5678')]
inventory = b'\0' + report(1, [element(1, 0, '')]) + \
    report(2, [element(1024 + i, 9, 'TAPE%02dL8' % i, asc=0x8301 if i == 2 else 0) for i in range(4)]) + \
    report(3, [element(16, 0x38, '')]) + report(4, [element(256 + i, 8, '', ids[i]) for i in range(2)])
robot = b'\0' + inquiry(8, 'IBM', '3573-TL') + serial('00L4U7830000') + designator() + shape()
alerts = data(b'\x2e\0' + struct.pack('>H', 320) + b''.join(struct.pack('>HBBB', i + 1, 0x60, 1, i == 11) for i in range(64)))

tape = b'\1' + inquiry(1, 'IBM', 'ULTRIUM-TD9') + serial('00078A1234') + designator()
mode = data(bytes([11, 0x98, 0x10, 8, 0x60, 0, 0, 0, 0, 0, 0, 0]))
def attribute(i, fmt, b): return struct.pack('>HBH', i, fmt, len(b)) + b
mam = b''.join([attribute(0, 0, struct.pack('>Q', 17000000)), attribute(1, 0, struct.pack('>Q', 17166136)), attribute(0x400, 1, b'FUJIFILM'),
                attribute(0x401, 1, b'AB12345678'.ljust(32)), attribute(0x408, 0, b'\x80')])
memory = data(struct.pack('>I', len(mam)) + mam)
activity = data(b'\x11\0\0\x08' + bytes([0, 0, 3, 4, 0x20, 0x94, 0x0B, 0]))
density = data(struct.pack('>HH', 54, 0) + bytes([0x60, 0x60, 0x80]) + bytes(9) + struct.pack('>I', 18000000) + b'LTO-CVE U-918   Ultrium 9/18T       ')
conflict = b'\x0b'
ours, older, other = 0x52534D0102030004, 0x52534D0102030003, 0xCAFE000000000001
def keys(*k): return data(struct.pack('>II', 7, 8 * len(k)) + b''.join(struct.pack('>Q', one) for one in k))
def reservation(key): return data(struct.pack('>IIQ', 7, 16, key) + b'\0\0\0\0\0\x06\0\0')
seeds = {
    'inventory': robot + inventory,
    'full': robot + b'\0' + report(1, [element(1, 0, '')]) + report(2, [element(1024 + i, 9, 'A') for i in range(20)], whole),
    'moves': robot + b'\1' + good + b'\1' + sense(5, 0x3B, 0x0E) + b'\1' + sense(6, 0x28, 0) + good + b'\2' + sense(5, 0x20, 0) + sense(5, 0x20, 0) + good,
    'alerts': robot + b'\6' + alerts + b'\7' + sense(5, 0x20, 0) + b'\3' + good + b'\4' + good,
    'fence': robot + b'\x08' + keys(older) + good * 3,
    'fence-lost': robot + b'\x08' + keys(ours) + good + conflict + reservation(ours) + good,
    'fence-raced': robot + b'\x08' + keys() + good + conflict + reservation(other) + good + reservation(other),
    'fence-other': robot + b'\x08' + keys(ours, other) + reservation(other),
    'calibration': tape + b'\0' + sense(2, 4, 1) * 40 + activity + sense(2, 4, 1) * 3 + good,
    'medium': tape + b'\1' + mode + memory + b'\5' + density,
    'records': tape + b'\2' + good * 2 + data(b'VOL1TAPE01'.ljust(80)) + sense(0, 0, 1) + good,
}
for name, b in seeds.items():
    with open(os.path.join(sys.argv[1], name), 'wb') as f:
        f.write(b)
