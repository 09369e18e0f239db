"""Files of at most ten megabytes that ask for as much work as their kind can. Nothing but the standard library.

Each function returns the bytes of one file. What is signed in them is signed by nobody: a reader has done its work
before it finds that out.
"""
import base64
import pathlib
import re
import struct
import zlib

MOST = 10 * 1024 * 1024
VECTORS = pathlib.Path(__file__).parents[2] / "crates/trust/tests/vectors/foreign"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
SIGNATURE = b"<</Type/Sig/Filter/X/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>"


def stream(content, more=b""):
    packed = zlib.compress(content, 9)
    return b"<</Filter/FlateDecode/Length %d%s>>\nstream\n%s\nendstream" % (len(packed), more, packed)


def section(start, objects, root=1, previous=None):
    """Objects by number with a table that fits; an update of what has `start` bytes and its table at `previous`."""
    out = bytearray(b"%PDF-1.7\n" if previous is None else b"")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = start + len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = start + len(out)
    out += b"xref\n"
    if previous is None:
        out += b"0 1\n0000000000 65535 f \n"
    first = None
    for number in sorted(objects):
        if first is None or number != last + 1:
            first, run = number, [n for n in range(number, number + len(objects)) if n in objects]
            run = next((run[:i] for i, n in enumerate(run) if n != number + i), run)
            out += b"%d %d\n" % (number, len(run))
        out += b"%010d 00000 n \n" % offsets[number]
        last = number
    chain = b"/Prev %d" % previous if previous is not None else b""
    out += b"trailer\n<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, root, chain, table)
    return bytes(out), table


def pdf(objects, *updates):
    """A file of one section and its updates."""
    out, table = section(0, {2: PAGES, 3: PAGE} | objects)
    for update in updates:
        more, table = section(len(out), update, previous=table)
        out += more
    return out


def references(numbers):
    return b"[" + b" ".join(b"%d 0 R" % n for n in numbers) + b"]"


def signed(count=1, more=b""):
    """Catalog, fields and values of so many signatures, from object 10."""
    fields = {10 + i: b"<</FT/Sig/T(S%d)/V %d 0 R%s>>" % (i, 10 + count + i, more) for i in range(count)}
    values = {10 + count + i: SIGNATURE for i in range(count)}
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields%s/SigFlags 3>>>>" % references(fields)
    return {1: catalog} | fields | values


# References and copies

def one_stream_many_references():
    certificates = references([4] * 100_000)
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/DSS<</Certs%s/CRLs%s>>>>" % (certificates, certificates),
                4: stream(bytes(32_000_000))})


def many_streams_each_large():
    packed = stream(bytes(8_000_000))
    numbers = range(10, 10 + MOST // (len(packed) + 60))
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/DSS<</Certs%s>>>>" % references(numbers)} | dict.fromkeys(numbers, packed))


def list_shared_by_many_signatures():
    names = b"[" + b"(name)" * 500_000 + b"]"
    return pdf(signed(2_000, b"/Lock<</Type/SigFieldLock/Action/Include/Fields 9 0 R>>") | {9: names})


def many_signatures():
    return pdf(signed(20_000))


def many_widgets():
    count = 60_000
    widgets = range(10_000, 10_000 + count)
    widget = b"<</Parent 6 0 R/Subtype/Widget/Rect[0 0 9 9]/P 3 0 R>>"
    update = {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R 6 0 R]/SigFlags 3>>>>",
              3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots 7 0 R>>",
              6: b"<</FT/Sig/T(X)/Kids 7 0 R>>", 7: references(widgets)} | dict.fromkeys(widgets, widget)
    return pdf(signed(), update)


def many_fields_one_name():
    count = 80_000
    return pdf(signed() | {20 + i: b"<</FT/Tx/T(a)>>" for i in range(count)}
               | {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields%s/SigFlags 3>>>>"
                  % references([10, *range(20, 20 + count)])}, {3: PAGE})


# Trees

def kids_as_deep_as_there_are():
    count = 90_000
    kids = {20 + i: b"<</T(%d)/Parent %d 0 R/Kids[%d 0 R]>>" % (i, 19 + i, 21 + i) for i in range(count)}
    return pdf(signed() | kids | {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R 20 0 R]/SigFlags 3>>>>"})


def names_that_lead_to_each_other():
    count = 4_000
    nodes = range(20, 20 + count)
    inner = b"<</Kids%s>>" % references(list(nodes)[:200])
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 20 0 R>>>>"} | dict.fromkeys(nodes, inner))


def resources_for_every_form():
    """A page that draws one form nineteen hundred times, with resources of three hundred thousand values."""
    many = b"/Properties<<" + b"".join(b"/P%d[%s]" % (n, b"0 " * 30) for n in range(9_000)) + b">>"
    form = stream(b"q Q", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 6 0 R")
    page = PAGE[:-2] + b"/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    objects = signed() | {3: page, 4: stream(b"/F Do " * 1_900), 5: form, 6: b"<<%s>>" % many}
    field = b"<</FT/Sig/T(Baru)/Type/Annot/Subtype/Widget/P 3 0 R/F 4/Rect[9 9 90 90]/V 22 0 R/AP<</N 23 0 R>>>>"
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R 21 0 R]/SigFlags 3>>>>"
    look = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return pdf(objects, {1: catalog, 3: page[:-2] + b"/Annots[21 0 R]>>", 21: field, 22: SIGNATURE, 23: look})


def names_for_many_fields():
    """Twenty thousand fields below one name of four thousand characters."""
    numbers = range(100, 19_900)
    kids = {n: b"<</FT/Tx/T(%d)/Parent 50 0 R>>" % n for n in numbers}
    objects = signed() | kids | {50: b"<</T(%s)/Kids%s>>" % (b"x" * 4_000, references(numbers))}
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R 50 0 R]/SigFlags 3>>>>"
    return pdf(objects, {1: objects[1], 20_000: b"null"})


def deep_nesting():
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 4_000_000 + b"]" * 4_000_000 + b">>"})


def large_array():
    return pdf(signed() | {9: b"[" + b"0 " * 5_000_000 + b"]", 1: b"<</Type/Catalog/Pages 2 0 R/X 9 0 R/AcroForm"
                           b"<</Fields[10 0 R]/SigFlags 3>>>>"}, {3: PAGE})


# Revisions

def many_small_updates():
    objects = {number: b"null" for number in range(20, 20_020)}
    return pdf(signed() | objects, *([{3: PAGE}] * 2_000))


def as_many_updates_as_fit():
    return pdf(signed(), *([{3: PAGE}] * 55_000))


def many_pages_and_updates():
    """900,000 pages in object streams, and small updates: each compares all pages."""
    pages, per = 900_000, 100_000
    first, numbers, containers = 1_000, [], {}
    for container in range(pages // per):
        base = first + container * per
        body, index, at = [], [], 0
        text = b"<</Type/Page/Parent 2 0 R>>"
        for i in range(per):
            index.append(b"%d %d" % (base + i, at))
            at += len(text) + 1
        head = b" ".join(index) + b" "
        body = head + (text + b" ") * per
        containers[20 + container] = (stream(body, b"/Type/ObjStm/N %d/First %d" % (per, len(head))), base)
        numbers.append((base, per))
    objects = signed() | {2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        pages, b" ".join(b"%d 0 R" % n for n in range(first, first + pages))), 3: PAGE}
    return with_object_streams(objects, containers, per, 126)


def with_object_streams(objects, containers, per, updates):
    """A file whose table is a stream (ISO 32000-2, 7.5.8), with objects in `containers`, and small updates."""
    out, rows = bytearray(b"%PDF-1.7\n"), {}
    kids = objects.pop(2)
    for number, body in (objects | {2: b"null"} | {n: body for n, (body, _) in containers.items()}).items():
        if number == 2:
            # The list of a million pages is a stream's content too.
            index = b"2 0 "
            body, number = stream(index + kids, b"/Type/ObjStm/N 1/First %d" % len(index)), 900
            rows[2] = (2, 900, 0)
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    for number, (_, base) in containers.items():
        for i in range(per):
            rows[base + i] = (2, number, i)
    table = len(out)
    rows[901] = (1, table, 0)
    size = max(rows) + 1
    rows[0] = (0, 0, 65535)
    content = bytearray()
    index, last = [], None
    for number in sorted(rows):
        kind, a, b = rows[number]
        content += bytes([kind]) + a.to_bytes(4, "big") + b.to_bytes(3, "big")
        if last is None or number != last + 1:
            index.append([number, 0])
        index[-1][1] += 1
        last = number
    ranges = b" ".join(b"%d %d" % (n, c) for n, c in index)
    out += b"901 0 obj\n" + stream(bytes(content), b"/Type/XRef/W[1 4 3]/Size %d/Root 1 0 R/Index[%s]" % (size, ranges))
    out += b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % table
    for update in range(updates):
        at = len(out)
        out += b"3 0 obj\n%s\nendobj\n" % PAGE
        row = bytes([1]) + at.to_bytes(4, "big") + bytes(3)
        start = len(out)
        row += bytes([1]) + start.to_bytes(4, "big") + bytes(3)
        out += b"901 0 obj\n" + stream(row, b"/Type/XRef/W[1 4 3]/Size %d/Root 1 0 R/Index[3 1 901 1]/Prev %d" % (size, table))
        out += b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
        table = start
    return bytes(out)


# Tables

def table_stream(more, content=b""):
    body = stream(content, b"/Type/XRef/Root 1 0 R" + more)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    return head + b"9 0 obj\n" + body + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def huge_index():
    return table_stream(b"/W[1 0 0]/Size 2147483647/Index[0 2147483647]", bytes(1_000_000))


def index_of_many_ranges():
    return table_stream(b"/W[0 0 0]/Size 9999999/Index[" + b"0 9 " * 2_000_000 + b"]")


def inflating_table():
    return table_stream(b"/W[1 8 8]/Size 60000000/Index[0 60000000]", bytes(1_000_000_000))


def inflating_object_streams():
    packed = stream(b"9 0 " + bytes(60_000_000), b"/Type/ObjStm/N 1/First 4")
    return pdf(signed() | dict.fromkeys(range(100, 100 + MOST // (len(packed) + 60)), packed), {3: PAGE})


def filters_in_filters():
    inner = bytes(1_000_000_000)
    for _ in range(2):
        inner = zlib.compress(inner, 9)
    body = b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n%s\nendstream" % (len(inner), inner)
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/DSS<</Certs[4 0 R]>>>>", 4: body})


# What is attached and what vouches

def data_of_millions_of_values(value=b"[],"):
    data = b'{"x":[' + value * (31_000_000 // len(value)) + b"0]}"
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(pk-data.json)4 0 R]>>>>>>",
                4: b"<</Type/Filespec/F(pk-data.json)/EF<</F 5 0 R>>>>",
                5: stream(data, b"/Type/EmbeddedFile")})


def data_of_millions_of_keys():
    keys = b"".join(b'"%x":{},' % n for n in range(2_500_000))
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(pk-data.json)4 0 R]>>>>>>",
                4: b"<</Type/Filespec/F(pk-data.json)/EF<</F 5 0 R>>>>",
                5: stream(b"{" + keys + b'"":0}', b"/Type/EmbeddedFile")})


def certificates_of_one_name():
    """Certificates that could each have issued each other, beside a real signature."""
    text = (VECTORS / "root.pem").read_text()
    root = base64.b64decode(re.search(r"CERTIFICATE-----(.*?)-----END", text, re.S).group(1))
    base = (VECTORS / "b-lt.pdf").read_bytes()
    last = int(re.findall(rb"startxref\s+(\d+)", base)[-1])
    catalog = int(re.findall(rb"/Root (\d+) 0 R", base)[-1])
    found = re.findall(rb"\n%d 0 obj\s*(<<.*?>>)\s*endobj" % catalog, base, re.S)[-1]
    serials, at = range(7_000), root.index(b"\x02", 12) + 2
    ders = [root[:at] + struct.pack(">I", 0x10000000 + n) + root[at + 4:] for n in serials]
    objects = {10_000 + n: b"<</Length %d>>\nstream\n%s\nendstream" % (len(der), der) for n, der in enumerate(ders)}
    dss = b"/DSS<</Certs%s>>" % references(objects)
    found = re.sub(rb"/DSS\s*(\d+ 0 R|<<.*?>>)", b"", found, flags=re.S)
    update = objects | {catalog: found[:-2] + dss + b">>"}
    return base + section(len(base), update, root=catalog, previous=last)[0]


# Certificates, lists and answers

def der(tag, *inside):
    content = b"".join(inside)
    length = len(content)
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([length]) if length < 128 else bytes([0x80 | len(octets)]) + octets) + content


ED25519 = der(0x30, bytes.fromhex("06032b6570"))
NAME = der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0C, b"A"))))
DAYS = der(0x17, b"260101000000Z"), der(0x17, b"360101000000Z")
INTEGER, SIGNED = der(2, b"\x01"), der(3, bytes(65))
# Smallest elements of their kind.
RELATIVE_NAMES = der(0x31, der(0x30, bytes.fromhex("0603550403"), der(5)))
EXTENSION = der(0x30, bytes.fromhex("060155"), der(4))


def certificate(name=NAME, extensions=b""):
    key = der(0x30, ED25519, der(3, bytes(33)))
    more = der(0xA3, der(0x30, extensions)) if extensions else b""
    return der(0x30, der(0x30, der(0xA0, der(2, b"\x02")), INTEGER, ED25519, NAME, der(0x30, *DAYS), name, key, more),
               ED25519, SIGNED)


def revocation_list(entry):
    entries = der(0x30, entry * (31_000_000 // len(entry)))
    return der(0x30, der(0x30, INTEGER, ED25519, NAME, *DAYS, entries), ED25519, SIGNED)


def store(kind, *contents):
    """A document with validation data beside a signature."""
    streams = {100 + i: stream(content) for i, content in enumerate(contents)}
    objects = signed() | streams
    objects[1] = objects[1][:-2] + b"/DSS<</%s%s>>>>" % (kind, references(streams))
    return pdf(objects)


def certificate_of_many_names():
    return store(b"Certs", certificate(name=der(0x30, RELATIVE_NAMES * 2_300_000)))


def certificate_of_many_extensions():
    return store(b"Certs", certificate(extensions=EXTENSION * 4_400_000))


def many_certificates_of_many_names():
    one = [certificate(name=der(0x30, RELATIVE_NAMES * 4_500, der(0x31, der(0x30, b"\x06\x03\x55\x04\x03",
                                                                           der(12, b"%d" % i))))) for i in range(490)]
    return store(b"Certs", *one)


def list_of_many_entries():
    return store(b"CRLs", revocation_list(der(0x30, INTEGER, DAYS[0])))


def list_of_many_reasons():
    reason = der(0x30, der(0x30, bytes.fromhex("0603551d15"), der(4, b"\x0a\x01\x01")))
    return store(b"CRLs", revocation_list(der(0x30, INTEGER, DAYS[0], reason)))


def list_of_many_extensions():
    return store(b"CRLs", revocation_list(der(0x30, INTEGER, DAYS[0], der(0x30, EXTENSION * 1_000))))


def with_cms(cms):
    """A document whose signature is this CMS, over all but itself."""
    text = b"<" + cms.hex().encode() + b">"
    value = (b"<</Type/Sig/Filter/X/SubFilter/adbe.pkcs7.detached/ByteRange[0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@]/Contents"
             + text + b">>")
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]/SigFlags 3>>>>"
    file = pdf({1: catalog, 10: b"<</FT/Sig/T(S)/V 11 0 R>>", 11: value})
    start = file.index(text)
    for number in (start, start + len(text), len(file) - start - len(text)):
        file = file.replace(b"@" * 10, b"%010d" % number, 1)
    return file


SHA256 = der(0x30, bytes.fromhex("0609608648016503040201"))
DATA = bytes.fromhex("06092a864886f70d010701")


def signed_data(attributes, unsigned=b"", name=NAME):
    signer = der(0x30, INTEGER, der(0x30, name, INTEGER), SHA256, der(0xA0, attributes), ED25519, der(4, bytes(64)),
                 der(0xA1, unsigned) if unsigned else b"")
    return der(0x30, bytes.fromhex("06092a864886f70d010702"),
               der(0xA0, der(0x30, INTEGER, der(0x31, SHA256), der(0x30, DATA), der(0xA0, certificate()), der(0x31, signer))))


def attribute(oid, *values):
    return der(0x30, bytes.fromhex(oid), der(0x31, *values))


CMS_BYTES = 5_200_000
ATTRIBUTES = (attribute("06092a864886f70d010903", DATA) + attribute("06092a864886f70d010904", der(4, bytes(32))))


def cms_of_many_attributes():
    one = attribute("060155", der(5))
    return with_cms(signed_data(ATTRIBUTES + one * (CMS_BYTES // len(one))))


def cms_of_many_values():
    return with_cms(signed_data(ATTRIBUTES, attribute("060155", der(5) * (CMS_BYTES // 2))))


def cms_of_many_names():
    return with_cms(signed_data(ATTRIBUTES, name=der(0x30, RELATIVE_NAMES * (CMS_BYTES // len(RELATIVE_NAMES)))))


def cms_of_many_certificate_ids():
    ids = der(0x30, der(0x30, der(0x30) * (CMS_BYTES // 2)))
    return with_cms(signed_data(ATTRIBUTES + attribute("060b2a864886f70d010910022f", ids)))


def cms_in_many_pieces():
    """BER: a string of one byte each."""
    inside = b"\x24\x80" + b"\x04\x01a" * (CMS_BYTES // 3) + b"\x00\x00"
    return with_cms(signed_data(ATTRIBUTES, attribute("060155", inside)))


def noise():
    return b"%PDF-1.7\n" + b"1 0 obj<<" * 1_100_000


# Pictures

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, dots, more=b"", depth=8, colour=0, interlaced=0):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def packed_zeros(size):
    pack, parts, block = zlib.compressobj(9), [], bytes(1 << 24)
    while size > 0:
        parts.append(pack.compress(block[:size]))
        size -= len(block)
    return b"".join(parts) + pack.flush()


def picture_with_profile():
    return png(8, 8, zlib.compress(bytes(72)), chunk(b"iCCP", b"x\0\0" + packed_zeros(3_000_000_000)))


def picture_with_texts():
    text = chunk(b"zTXt", b"x\0\0" + packed_zeros(100_000_000))
    return png(8, 8, zlib.compress(bytes(72)), text * (MOST // len(text) - 1))


def picture_of_a_wall():
    return png(30_000, 30_000, packed_zeros(30_000 * 30_001))


def largest_picture_with_alpha():
    side = 5_470
    return png(side, side, packed_zeros(side * (4 * side + 1)), colour=6, interlaced=1)


def picture_of_false_corners(side=7_200):
    """Corners of symbols, one dot a module, wall to wall."""
    def row(y):
        ring = lambda x: max(abs(x % 9 - 3), abs(y % 9 - 3))
        bits = [int(not (x % 9 < 7 and y % 9 < 7 and ring(x) != 2)) for x in range(72)]
        packed = bytes(int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, 72, 8))
        return b"\0" + (packed * (side // 72 + 1))[:(side + 7) // 8]
    rows = b"".join(row(y) for y in range(9))
    return png(side, side, zlib.compress((rows * (side // 9 + 1))[:side * ((side + 7) // 8 + 1)], 9), depth=1)


def picture_of_noise(side=3_000):
    import random
    return png(side, side, zlib.compress(b"".join(b"\0" + random.Random(y).randbytes(side) for y in range(side)), 1))


def jpeg_of_many_scans():
    side = 7_000
    def segment(marker, content):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content
    frame = segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    tables = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC4, b"\0\1" + bytes(15) + b"\0") + segment(0xC4, b"\x10\1" + bytes(15) + b"\0")
    scan = segment(0xDA, b"\1\1\0\0\0\0") + bytes(8)
    return b"\xff\xd8" + tables + frame + scan * 400_000 + b"\xff\xd9"


def webp_that_lies():
    frame = b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 16_383, 16_383) + bytes(5_000_000)
    canvas = bytes(4) + (99).to_bytes(3, "little") * 2
    chunks = b"VP8X" + struct.pack("<I", len(canvas)) + canvas + b"VP8 " + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


SHAPES = [
    one_stream_many_references, many_streams_each_large, list_shared_by_many_signatures, many_signatures, many_widgets,
    many_fields_one_name, kids_as_deep_as_there_are, names_that_lead_to_each_other,
    resources_for_every_form, names_for_many_fields, deep_nesting, large_array,
    many_small_updates, as_many_updates_as_fit, many_pages_and_updates, huge_index, index_of_many_ranges,
    inflating_table, inflating_object_streams, filters_in_filters, data_of_millions_of_values, data_of_millions_of_keys,
    certificates_of_one_name, certificate_of_many_names, certificate_of_many_extensions, many_certificates_of_many_names,
    list_of_many_entries, list_of_many_reasons, list_of_many_extensions,
    cms_of_many_attributes, cms_of_many_values, cms_of_many_names, cms_of_many_certificate_ids, cms_in_many_pieces,
    noise, picture_with_profile, picture_with_texts, picture_of_a_wall,
    largest_picture_with_alpha, picture_of_false_corners, picture_of_noise, jpeg_of_many_scans, webp_that_lies,
]


def write(folder):
    """All shapes as files."""
    files = {}
    for shape in SHAPES:
        content = shape()
        assert len(content) <= MOST, f"{shape.__name__}: {len(content):,} bytes"
        ending = {b"%PDF": "pdf", b"\x89PNG": "png", b"RIFF": "webp"}.get(content[:4], "jpg")
        files[shape.__name__] = folder / f"{shape.__name__}.{ending}"
        files[shape.__name__].write_bytes(content)
    return files
