"""Makes crates/trust/tests/vectors/painted: what can be shown on a page after somebody has signed it, honest and
dishonest, and expected.tsv with what a verifier has to say of each when the root, the issuing authority and their
lists are trusted.

    python make_painted.py

Keys are made anew at every run and thrown away. `compare.py --trusting --at 2027-06-01T00:00:00Z --by-class` asks pyHanko
and pdfsig the same.
"""
import logging
import pathlib
import re
import sys

from cryptography.hazmat.primitives import serialization

import make_vectors as v
import vector_pki as pki
from vector_pdf import catalogue_of, stream, time_stamp
from vector_pki import Party

OUT = pathlib.Path(__file__).resolve().parents[2] / 'crates/trust/tests/vectors/painted'
STRANGER = Party('Contoh Orang Asing', issuer=v.OTHER_ROOT)
# Elliptic keys keep the files small.
TSA = Party('Contoh Penanda Waktu', issuer=v.ISSUING, key_usage=pki.usage('digital_signature'), eku=pki.TIME_STAMPING)
VECTORS = {}

BOX_1 = v.BOX_1
BLANK, TEXT, FIELD = b'50 200 200 250', b'60 710 210 740', b'60 595 240 615'
MOST, QUARTER = b'0 120 595 590', b'10 130 570 360'


def add(kind, name, made, integrity='no', code='changes.overlay', issuer='yes', shows=''):
    assert name not in VECTORS, name
    VECTORS[name] = (kind, integrity, issuer, code, shows, made.data)


def good(kind, name, made, shows, code='signature.seen-later'):
    add(kind, name, made, 'yes', code, 'yes', shows)


def by_stamp(name, made, shows):
    """An authority stamps whatever anybody sends it, so it does not answer for what is seen."""
    add('time-stamp', name, made, 'yes', 'signature.seen-later-stamp', 'unknown', shows)


def paint(words=b'Rp 9.000', box=b'0 0 200 60'):
    return stream(b'1 g 0 0 200 60 re f 0 g BT /F1 20 Tf 4 20 Td (%s) Tj ET' % words,
                  b'/Type/XObject/Subtype/Form/BBox[%s]/Resources<</Font<</F1 6 0 R>>>>' % box)


def signer(who):
    """How somebody fills a field: as a person, or as the authority of a document time stamp."""
    if who in (TSA, v.OTHER_TSA):
        return dict(sub_filter=b'ETSI.RFC3161', kind=b'DocTimeStamp', date=None), (
            lambda data: time_stamp(data, who, () if who is TSA else (v.OTHER_ROOT,), v.STAMPED_AT).dump())
    return {}, v.cms_of(who, () if who is not STRANGER else (v.OTHER_ROOT,))


def filled(pdf, objects, number, who, **options):
    entries, make = signer(who)
    return pdf.sign(objects, number, make, **entries, **options)


def page_annots(pdf, number=3):
    return re.search(rb'/Annots ?(\[.*?\])', catalogue_of(pdf, number)).group(1)


def with_annotation(pdf, *numbers, page=3):
    body = catalogue_of(pdf, page)
    new = page_annots(pdf, page)[:-1] + b''.join(b' %d 0 R' % n for n in numbers) + b']'
    return body.replace(page_annots(pdf, page), new)


def with_field(pdf, *numbers):
    listed = b''.join(b' %d 0 R' % n for n in numbers)
    return catalogue_of(pdf, 5).replace(b']/SigFlags', listed + b']/SigFlags')


def added(pdf, where, who, number=50, name=b'Baru', look=None, rest=b'', widget=None, objects=None, **options):
    """A field with a look of its own, added and filled at once."""
    body = widget or v.widget(name, where, b'/AP<</N %d 0 R>>' % (number + 2) + rest)
    body = body[:-2] + b'/V %d 0 R>>' % number
    made = {3: with_annotation(pdf, number + 1), 5: with_field(pdf, number + 1), number + 1: body,
            number + 2: look or paint()}
    made.update(objects or {})
    return filled(pdf, made, number, who, **options)


def prepared(where, name=b'Siap', number=90, rest=b'', **changes):
    """A document with one more empty field, signed by the first party."""
    made = {3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R %d 0 R]' % number),
            5: v.FORM % (b'7 0 R 8 0 R 11 0 R %d 0 R' % number), number: v.widget(name, where, rest)}
    made.update(changes)
    return v.base(made)


def fill(pdf, who, number=90, value=50, look=None, entries=b'', objects=None, **options):
    """The empty field of `prepared` filled with a look."""
    body = catalogue_of(pdf, number)[:-2] + b'/V %d 0 R/AP<</N %d 0 R>>%s>>' % (value, value + 2, entries)
    return filled(pdf, {number: body, value + 2: look or paint(), **(objects or {})}, value, who, **options)


PEOPLE = {'stamp-of-a-stranger': v.OTHER_TSA, 'trusted-stamp': TSA, 'stranger': STRANGER, 'party': v.THIRD}
PLACES = {'blank': BLANK, 'text': TEXT, 'field': FIELD, 'most': MOST}


def by_whom_and_where():
    """Every way to bring a picture to a place after the first signature: by whom, where, in which document."""
    for by, who in PEOPLE.items():
        for where, box in PLACES.items():
            for how in ('added', 'prepared'):
                name = f'{how}-{by}-{where}'
                if how == 'added':
                    made = added(v.sign_first(), box, who)
                else:
                    made = fill(v.sign_first(prepared(box)), who)
                shows = f'a field {how} over {where}, filled by {by}'
                if where in ('field', 'most'):
                    add(f'{how}-field', name, made, 'no', 'changes.overlay', 'unknown' if who is STRANGER else 'yes', shows)
                elif where == 'text':
                    vouched = 'yes' if who is v.THIRD else 'unknown'
                    add(f'{how}-field', name, made, 'unknown', 'changes.over-content', vouched, shows)
                elif who is v.THIRD:
                    good('honest', name, made, shows)
                elif who is TSA:
                    by_stamp(name, made, shows)
                else:
                    add(f'{how}-field', name, made, 'yes', 'signature.seen-later-unknown', 'unknown', shows)


def certified():
    for level in (1, 2, 3):
        first = v.sign_first(entries=v.certify(level))
        ready = v.sign_first(prepared(BLANK), entries=v.certify(level))
        for how, made in (('added', added(first, BLANK, TSA)), ('prepared', fill(ready, TSA))):
            name = f'certified-{level}-{how}'
            if level == 1:
                add('certified', name, made, 'no', 'changes.certified', 'unknown', f'a visible stamp after P=1, {how}')
            else:
                by_stamp(name, made, f'a visible time stamp on blank paper after P={level}, {how}')
        for how, made in (('added', added(first, BLANK, v.THIRD)), ('prepared', fill(ready, v.THIRD))):
            if level > 1:
                good('honest', f'certified-{level}-{how}-party', made, f'a party signs on blank paper after P={level}, {how}')
    unseen = v.document_stamp(v.sign_first(entries=v.certify(1)), TSA, ())
    good('honest', 'certified-1-unseen', unseen, 'a time stamp that nobody sees after P=1', 'changes.allowed')
    hidden = added(v.sign_first(entries=v.certify(1)), b'0 0 0 0', TSA)
    add('certified', 'certified-1-no-area-painted', hidden, 'no', 'changes.overlay', 'yes',
        'a widget without an area whose appearance paints, after P=1')


def together():
    """Parts that hide as much as a whole."""
    pdf = v.sign_first()
    for i, part in enumerate((b'0 130 148 590', b'148 130 296 590', b'296 130 444 590', b'444 130 595 590')):
        pdf = added(pdf, part, TSA, 50 + 3 * i, b'Bagian%d' % i)
    add('together', 'four-trusted-stamps', pdf, shows='four stamps of a trusted authority, side by side')
    pdf = v.sign_first()
    for i in range(8):
        pdf = added(pdf, b'10 %d 580 %d' % (130 + 55 * i, 180 + 55 * i), v.THIRD, 50 + 3 * i, b'Lajur%d' % i)
    add('together', 'eight-strips', pdf, shows='eight strips by a party')
    kids = b' '.join(b'%d 0 R' % n for n in range(60, 72))
    widgets = {60 + i: b'<</Type/Annot/Subtype/Widget/Parent 51 0 R/P 3 0 R/F 4/Rect[10 %d 580 %d]/AP<</N 52 0 R>>>>'
               % (130 + 38 * i, 165 + 38 * i) for i in range(12)}
    first = v.sign_first()
    field = b'<</FT/Sig/T(Banyak)/Kids[%s]>>' % kids
    objects = {3: with_annotation(first, *range(60, 72)), **widgets}
    add('together', 'one-field-of-twelve-widgets', added(first, b'', v.THIRD, widget=field, objects=objects),
        shows='one field with twelve widgets')
    many = v.sign_first()
    numbers = list(range(100, 170))
    small = {n: v.widget(b'K%d' % n, b'%d %d %d %d' % (20 + 7 * (n % 10), 130 + 7 * (n // 10), 26 + 7 * (n % 10), 136 + 7 * (n // 10)))
             for n in numbers}
    made = {3: with_annotation(many, *numbers), 5: with_field(many, *numbers), **small}
    add('together', 'seventy-fields', many.update(made), shows='seventy fields on one page')
    half = v.sign_first(prepared(b'10 130 580 350'))
    half = added(half, b'10 355 580 560', v.THIRD, 60)
    add('together', 'prepared-and-added', fill(half, v.SECOND), shows='a prepared field and an added one, each under a quarter')
    pdf = added(added(v.sign_first(), BLANK, v.THIRD), b'220 200 370 250', TSA, 60, b'Lain')
    by_stamp('two-small-stamps', pdf, 'a witness and a time stamp beside each other')
    pdf = added(added(v.sign_first(), BLANK, v.THIRD), b'220 200 370 250', v.SECOND, 60, b'Lain')
    good('honest', 'two-small-signatures', pdf, 'two witnesses beside each other')
    pdf = added(added(v.sign_first(), BLANK, v.THIRD), b'100 220 250 280', v.SECOND, 60, b'Lain')
    add('together', 'over-each-other', pdf, shows='the second stamp lies over the first')


def rectangles():
    zeros = b'0' * 320
    for name, box in {
        'zeros-behind-the-point': b'0 120 595.%s 590' % zeros, 'string': b'0 120 595 (590)', 'name': b'0 120 595 /590',
        'five-numbers': b'0 120 595 590 0', 'three-numbers': b'0 120 595', 'reference-to-nothing': b'0 120 595 99 0 R',
        'nested': b'[0 120] 595 590', 'no-area-painted': b'100 100 100 300', 'corners-turned': b'595 590 0 120',
        'far-outside-too': b'-9000 120 9000 590',
    }.items():
        refused = name == 'zeros-behind-the-point'
        add('rectangle', f'rectangle-{name}', added(v.sign_first(), box, v.THIRD), 'no', 'document.malformed' if refused else
            'changes.overlay', 'unknown' if refused else 'yes', f'/Rect: {name}')
    lost = v.widget(b'Baru', b'0 0 1 1', b'/AP<</N 52 0 R>>').replace(b'/Rect[0 0 1 1]', b'')
    add('rectangle', 'rectangle-missing', added(v.sign_first(), b'', v.THIRD, widget=lost), shows='no /Rect')
    for flag, name in ((8, 'no-zoom'), (16, 'no-rotate')):
        made = v.widget(b'Baru', BLANK, b'/AP<</N 52 0 R>>').replace(b'/F 132', b'/F %d' % (4 + flag))
        add('rectangle', f'flag-{name}', added(v.sign_first(), b'', v.THIRD, widget=made), shows=f'a widget with {name}')
    off = added(v.sign_first(), BLANK, v.THIRD, objects={3: catalogue_of(v.sign_first(), 3)})
    add('rectangle', 'on-no-page', off, shows='a visible field in no list of annotations')
    good('honest', 'rectangle-turned-small', added(v.sign_first(), b'200 250 50 200', v.THIRD), 'corners the other way round')
    good('honest', 'rectangle-decimals', added(v.sign_first(), b'50.0 200.25 +200.5 250.', v.THIRD), 'numbers with points')
    good('honest', 'invisible-blank-look', added(v.sign_first(), b'0 0 0 0', v.THIRD, look=stream(
        b'q Q\n% DSBlank\n', b'/Type/XObject/Subtype/Form/BBox[0 0 100 100]')), 'an invisible signature, as Acrobat writes it',
        'changes.allowed')
    good('honest', 'invisible-empty-box', added(v.sign_first(), b'0 0 0 0', v.THIRD, look=paint(box=b'0 0 0 0')),
         'an invisible signature, as iText writes it', 'changes.allowed')
    bare = v.widget(b'Baru', b'0 0 0 0')
    good('honest', 'invisible-no-look', added(v.sign_first(), b'', v.THIRD, widget=bare), 'an invisible signature without look',
         'changes.allowed')


def kids():
    """Annotations of other kinds among the kids of a new field, or merged with it."""
    rest = {b'FreeText': b'/Contents(Rp 9.000)/DA(/F1 12 Tf)', b'Square': b'/IC[1 1 1]', b'Stamp': b'', b'Link': b'/Border[0 0 9]',
            b'FileAttachment': b'/FS(a)', b'Redact': b'/IC[1 1 1]/OverlayText(Rp 9.000)', b'Ink': b'/InkList[[0 0 9 9]]',
            b'Highlight': b'/QuadPoints[60 740 210 740 60 710 210 710]', b'Watermark': b'', b'Screen': b'', b'Text': b'/Contents(x)'}
    for kind, more in rest.items():
        first = v.sign_first()
        kid = b'<</Type/Annot/Subtype/%s/Parent 51 0 R/P 3 0 R/F 4/Rect[%s]%s>>' % (kind, BLANK, more)
        field = b'<</FT/Sig/T(Baru)/Kids[60 0 R]>>'
        made = added(first, b'', v.THIRD, widget=field, objects={3: with_annotation(first, 60), 60: kid})
        add('kid', f'kid-{kind.decode().lower()}', made, code='changes.annotation', shows=f'a {kind.decode()} among the kids')
    merged = v.widget(b'Baru', BLANK, b'/AP<</N 52 0 R>>').replace(b'/Subtype/Widget', b'/Subtype/FreeText')
    add('kid', 'merged-freetext', added(v.sign_first(), b'', v.THIRD, widget=merged), code='changes.annotation',
        shows='a field that is a note itself')
    first = v.sign_first()
    push = b'<</Type/Annot/Subtype/Widget/FT/Btn/Ff 65536/Parent 51 0 R/P 3 0 R/F 4/Rect[%s]/MK<</CA(Rp 9.000)>>>>' % BLANK
    add('kid', 'kid-of-another-kind', added(first, b'', v.THIRD, widget=b'<</FT/Sig/T(Baru)/Kids[60 0 R]>>',
        objects={3: with_annotation(first, 60), 60: push}), code='changes.annotation', shows='a button among the kids')
    layered = v.base({1: v.CATALOG % b'/OCProperties<</OCGs[70 0 R]/D<</Order[70 0 R]>>>>', 70: b'<</Type/OCG/Name(L)>>'})
    add('kid', 'widget-on-a-layer', added(v.sign_first(layered), BLANK, v.THIRD, rest=b'/OC 70 0 R'), code='changes.annotation',
        shows='a widget that comes and goes with a layer')
    good('honest', 'field-apart-from-its-widget', added(v.sign_first(), b'', v.THIRD, widget=b'<</FT/Sig/T(Baru)/Kids[60 0 R]>>', objects={
        3: with_annotation(v.sign_first(), 60),
        60: b'<</Type/Annot/Subtype/Widget/Parent 51 0 R/P 3 0 R/F 132/Rect[%s]/AP<</N 52 0 R>>>>' % BLANK}),
        'a field with one widget of its own')


def appearances():
    first = v.sign_first()
    for name, rest in {'look': b'/AP<</N 52 0 R>>', 'caption': b'/MK<</CA(Rp 9.000)/BG[1 1 1]>>'}.items():
        for where, box in (('blank', BLANK), ('nowhere', b'0 0 0 0')):
            body = v.widget(b'Baru', box, rest)
            made = first.update({3: with_annotation(first, 51), 5: with_field(first, 51), 51: body, 52: paint()})
            add('unsigned', f'unsigned-{name}-{where}', made, code='changes.appearance', shows='a field that nobody signed, with a look')
    ready = v.sign_first(prepared(BLANK))
    made = ready.update({90: catalogue_of(ready, 90)[:-2] + b'/AP<</N 52 0 R>>>>', 52: paint()})
    add('unsigned', 'unsigned-prepared', made, code='changes.appearance', shows='an empty field gets a look, and nobody signs')
    shared = prepared(BLANK, rest=b'/AP<</N 91 0 R>>', **{})
    shared = v.base({3: (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]')).replace(
        b'/Resources<<', b'/Resources<</XObject<</Gambar 91 0 R>>'), 5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
        90: v.widget(b'Siap', BLANK, b'/AP<</N 91 0 R>>'), 91: paint(b'')})
    first = v.sign_first(shared)
    made = filled(first, {90: catalogue_of(first, 90)[:-2] + b'/V 50 0 R>>', 91: paint()}, 50, v.THIRD)
    add('unsigned', 'own-look-shown-elsewhere', made, code='changes.appearance', shows='the empty look is drawn by the page as well')
    own = prepared(BLANK, rest=b'/AP<</N 91 0 R>>')
    own = v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]'), 5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
                  90: v.widget(b'Siap', BLANK, b'/AP<</N 91 0 R>>'), 91: paint(b'')})
    first = v.sign_first(own)
    made = filled(first, {90: catalogue_of(first, 90)[:-2] + b'/V 50 0 R>>', 91: paint(b'Saksi')}, 50, v.THIRD)
    good('honest', 'own-empty-look-filled', made, 'the signer writes into the empty look of the field')
    other = filled(v.sign_second(first), {91: paint()}, 50, v.THIRD)
    add('unsigned', 'look-of-another-field', other, code='changes.appearance', shows='another signature rewrites the look of an open field')


FLAG_CASES = {
    'locked': (b'/F 4', b'/F 132', True), 'from-none': (b'', b'/F 132', True), 'read-only': (b'/F 4', b'/F 708', True),
    'unhidden': (b'/F 2', b'/F 132', False), 'hidden': (b'/F 4', b'/F 6', False), 'no-view': (b'/F 4', b'/F 36', False),
    'no-zoom': (b'/F 4', b'/F 12', False),
}


def flags():
    for name, (before, after, honest) in FLAG_CASES.items():
        first = v.sign_first(v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]'),
                                     5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
                                     90: v.widget(b'Siap', BLANK).replace(b'/F 132', before)}))
        body = catalogue_of(first, 90).replace(before or b'/P 3', (after + b'/P 3') if not before else after)
        made = filled(first, {90: body[:-2] + b'/V 50 0 R/AP<</N 52 0 R>>>>', 52: paint()}, 50, v.THIRD)
        if honest:
            good('honest', f'flags-{name}', made, 'the signer sets flags of its own field')
        else:
            add('flags', f'flags-{name}', made, code='changes.annotation', shows='flags that hide, show or move')
    first = v.sign_first(prepared(BLANK))
    good('honest', 'default-appearance-added', fill(first, v.THIRD, entries=b'/DA(/Helv 0 Tf 0 g)'), 'the signer writes /DA into its field')
    for key, code in ((b'/Rect[0 0 595 842]', 'changes.annotation'), (b'/MK<</CA(Rp 9.000)>>', 'changes.field'),
                      (b'/A<</S/JavaScript/JS(1)>>', 'changes.field'), (b'/OC 70 0 R', 'changes.field')):
        body = catalogue_of(first, 90)
        if key.startswith(b'/Rect'):
            body = re.sub(rb'/Rect\[.*?\]', key, body)
            key = b''
        made = filled(first, {90: body[:-2] + b'/V 50 0 R/AP<</N 52 0 R>>%s>>' % key, 52: paint()}, 50, v.THIRD)
        add('flags', 'signed-with-' + (key[1:3].decode().strip('<').lower() or 'rect'), made, code=code,
            shows='the signer changes more of the field than its signature and look')


# What a page shows, by the dictionary in which it is named, and by a name that means something elsewhere.
NAMES = ('Reference', 'Data', 'Info', 'DSS', 'Metadata', 'AcroForm', 'Fields', 'Annots', 'Kids', 'Parent', 'P', 'V', 'AP', 'N',
         'Certs', 'VRI', 'Extensions', 'Perms', 'DocMDP', 'K', 'Obj', 'Pg', 'SE', 'Root')


def names():
    """A form XObject under every name that leads to something that may change, rewritten by way of /DSS."""
    for name in NAMES:
        content = b'q /%s Do Q' % name.encode()
        page = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(
            b'/Resources<<', b'/Resources<</XObject 80 0 R')
        first = v.sign_first(v.base({3: page, 4: stream(content), 80: b'<</%s 81 0 R>>' % name.encode(), 81: paint(b'Rp 1.000')}))
        made = first.update({1: v.CATALOG % b'/DSS<</Certs[81 0 R]>>', 81: paint()})
        add('name', f'name-{name.lower()}', made, code='changes.shared', shows=f'a picture called /{name}, rewritten by way of /DSS')
    wanted = {'font': b'/Font<</F1 6 0 R>>', 'state': b'/ExtGState<</V 81 0 R>>', 'pattern': b'/Pattern<</AP 81 0 R>>',
              'colours': b'/ColorSpace<</Annots[/ICCBased 81 0 R]>>', 'layers': b'/Properties<</Info 81 0 R>>',
              'shading': b'/Shading<</Reference 81 0 R>>'}
    for kind, resources in wanted.items():
        page = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(
            b'<</Font<</F1 6 0 R>>>>', b'<<' + (resources.replace(b'6 0 R', b'81 0 R') if kind == 'font' else
                                                b'/Font<</F1 6 0 R>>' + resources) + b'>>')
        body = {'font': b'<</Type/Font/Subtype/Type1/BaseFont/%s>>', 'state': b'<</Type/ExtGState/Contoh/%s>>',
                'layers': b'<</Type/OCG/Name(%s)>>'}.get(kind)
        old, new = ((body % b'Helvetica', body % b'Symbol') if body else (stream(b'1', b'/N 3'), stream(b'2', b'/N 3')))
        first = v.sign_first(v.base({3: page, 81: old}))
        add('name', f'resource-{kind}', first.update({1: v.CATALOG % b'/DSS<</Certs[81 0 R]>>', 81: new}), code='changes.shared',
            shows=f'{kind} of the page, rewritten by way of /DSS')


def ways():
    """Other ways to a role in which an object may change."""
    first = v.sign_first()
    rewritten = {1: v.CATALOG % b'/DSS<</Certs[1 0 R 2 0 R 3 0 R 4 0 R]>>', 2: catalogue_of(first, 2), 3: catalogue_of(first, 3),
                 4: stream(v.FORGED)}
    add('way', 'store-holds-the-document', first.update(rewritten), code='changes.shared', shows='/DSS names catalog, pages and content')
    add('way', 'store-of-unknown-keys', first.update({1: v.CATALOG % b'/DSS<</Contoh 4 0 R>>', 4: stream(v.FORGED)}),
        code='changes.content', shows='a key of /DSS that no table has names the content')
    add('way', 'extension-holds-the-content', first.update({1: v.CATALOG % b'/Extensions<</ADBE<</BaseVersion/1.7/X 4 0 R>>>>',
        4: stream(v.FORGED)}), code='changes.content', shows='an extension names the content')
    for key in (b'P', b'Parent', b'AP', b'V'):
        widget = v.widget(b'Pihak2', v.BOX_2).replace(b'/P 3 0 R', b'' if key == b'P' else b'/P 3 0 R')[:-2] + b'/%s 4 0 R>>' % key
        if key in (b'AP', b'Parent'):
            widget = widget.replace(b'/AP 4 0 R', b'/AP<</N 4 0 R>>')
        start = v.sign_first(v.base({11: widget}))
        made = start.update({4: stream(v.FORGED)})
        add('way', f'content-by-{key.decode().lower()}', made, code={b'P': 'changes.content', b'Parent': 'changes.annotation', b'AP': 'changes.appearance', b'V': 'changes.form-value'}[key],
            issuer='unknown' if key == b'V' else 'yes', shows=f'a field says /{key.decode()} of the content of the page')
    tree = v.base({1: v.CATALOG % b'/StructTreeRoot 70 0 R', 70: b'<</Type/StructTreeRoot/K 71 0 R>>',
                   71: b'<</Type/StructElem/S/P/P 70 0 R/Pg 4 0 R/K<</Type/OBJR/Obj 4 0 R>>>>'})
    add('way', 'content-by-structure', v.sign_first(tree).update({4: stream(v.FORGED)}), code='changes.annotation',
        shows='the structure tree says that the content is a page and a field')
    lent = v.base({11: stream(b'0 g', b'/FT/Sig/T(Pihak2)/Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[%s]' % v.BOX_2)})
    add('way', 'field-is-a-stream', v.sign_first(lent), code='document.malformed', shows='a field with data', integrity='no', issuer='unknown')
    used = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(b'<</Font<</F1 6 0 R>>>>', b'<</Font 11 0 R>>')
    start = v.sign_first(v.base({3: used}))
    add('way', 'field-is-a-table-of-fonts', v.sign_second(start), code='changes.shared', shows='the field is a dictionary of fonts as well')
    page = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(b'/Resources<<', b'/Resources<</XObject 40 0 R')
    stream_table = v.base({3: page}, style='stream', xref_number=40)
    start = v.sign_first(stream_table, style='stream', xref_number=41)
    made = start.update({12: b'<</Title(Lain)>>'}, style='stream', xref_number=42)
    add('way', 'table-is-a-dictionary-of-pictures', made, code='changes.shared', shows='/Info of a cross-reference stream is a picture')
    catalog = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(b'/Resources<<', b'/Resources<</XObject 1 0 R')
    start = v.sign_first(v.base({3: catalog}))
    add('way', 'catalog-is-a-dictionary-of-pictures', start.update({9: stream(v.XMP % b'2', b'/Type/Metadata/Subtype/XML')}),
        code='changes.shared', shows='/Metadata of the catalog is a picture')


def siblings():
    """Everything else that changes what is seen or done."""
    first = v.sign_first(v.base({
        1: v.CATALOG % (b'/OCProperties<</OCGs[70 0 R]/D 71 0 R>>/PageLabels 72 0 R/OpenAction 73 0 R/Dests 74 0 R'
                        b'/StructTreeRoot 75 0 R/OutputIntents[78 0 R]/Outlines 81 0 R'),
        3: (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(
            b'/Resources<<', b'/AA 76 0 R/Resources<</ExtGState<</G 77 0 R>>/Pattern<</S 80 0 R>>'),
        5: (v.FORM % b'7 0 R 8 0 R 11 0 R')[:-2] + b'/XFA 79 0 R>>',
        70: b'<</Type/OCG/Name(L)>>', 71: b'<</Order[70 0 R]>>', 72: b'<</Nums[0<</S/D>>]>>', 73: b'<</S/GoTo/D[3 0 R/Fit]>>',
        74: b'<</A[3 0 R/Fit]>>', 75: b'<</Type/StructTreeRoot/K 84 0 R>>', 76: b'<<>>', 77: b'<</SMask/None>>',
        78: b'<</Type/OutputIntent/S/GTS_PDFA1/DestOutputProfile 83 0 R>>', 79: stream(b'<xdp/>'),
        80: stream(b'0 g', b'/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 1/YStep 1'),
        81: b'<</First 82 0 R/Last 82 0 R/Count 1>>', 82: b'<</Title(Satu)/Parent 81 0 R/Dest[3 0 R/Fit]/SE 84 0 R>>',
        83: stream(b'profil', b'/N 3'), 84: b'<</Type/StructElem/S/P/P 75 0 R/ActualText(Rp 1.000)>>'}))
    for name, number, body in (
        ('layer-off', 71, b'<</Order[70 0 R]/OFF[70 0 R]>>'), ('layer-default', 71, b'<</BaseState/OFF>>'),
        ('page-labels', 72, b'<</Nums[0<</S/R>>]>>'), ('open-action', 73, b'<</S/JavaScript/JS(1)>>'),
        ('destinations', 74, b'<</A[3 0 R/XYZ 0 0 9]>>'), ('page-action', 76, b'<</O<</S/JavaScript/JS(1)>>>>'),
        ('soft-mask', 77, b'<</SMask<</S/Alpha/G 10 0 R>>>>'), ('output-intent', 78, b'<</Type/OutputIntent/S/GTS_PDFX>>'),
        ('output-profile', 83, stream(b'lain', b'/N 3')), ('xfa', 79, stream(b'<xdp>9.000</xdp>')),
        ('pattern', 80, stream(b'1 g', b'/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 1/YStep 1')),
        ('outline', 82, b'<</Title(Dua)/Parent 81 0 R/Dest[3 0 R/Fit]/SE 84 0 R>>'),
        ('spoken-text', 84, b'<</Type/StructElem/S/P/P 75 0 R/ActualText(Rp 9.000)>>'),
    ):
        code = {'open-action': 'changes.action', 'outline': 'changes.object', 'spoken-text': 'changes.structure',
                'page-action': 'changes.action'}.get(name)
        add('sibling', f'sibling-{name}', first.update({number: body}), code=code or 'changes.', shows=name)
    good('honest', 'sibling-nothing', v.sign_second(first), 'the same document signed by the second party')
    for name, more in {'rotate': b'/Rotate 180', 'user-unit': b'/UserUnit 2', 'crop-box': b'/CropBox[0 0 595 400]'}.items():
        body = catalogue_of(first, 3)[:-2] + more + b'>>'
        add('sibling', f'page-{name}', first.update({3: body}), code='changes.page', shows=f'the page gets {name}')
        add('sibling', f'inherited-{name}', first.update({2: b'<</Type/Pages/Kids[3 0 R]/Count 1%s>>' % more}),
            code='changes.pages', shows=f'the page inherits {name}')


def twins():
    first = v.sign_first()
    for name, title in {'same': b'(Pihak1)', 'utf-16': b'<FEFF0050006900680061006B0031>', 'octal': b'(\\120ihak1)'}.items():
        body = v.widget(b'X', BLANK, b'/V 50 0 R/AP<</N 52 0 R>>').replace(b'/T(X)', b'/T' + title)
        made = filled(first, {3: with_annotation(first, 51), 5: with_field(first, 51), 51: body, 52: paint()}, 50, v.THIRD)
        add('twin', f'twin-{name}', made, code='signature.name-twice', shows='a second field of the name of the first')
    tree = v.base({5: v.FORM % b'7 0 R 8 0 R 11 0 R 70 0 R', 70: b'<</T(A)/Kids[71 0 R]>>',
                   71: v.widget(b'B', b'0 0 0 0')[:-2] + b'/Parent 70 0 R>>'})
    first = v.sign_first(tree)
    made = filled(first, {3: with_annotation(first, 51), 5: with_field(first, 51), 51: v.widget(b'A.B', BLANK, b'/V 50 0 R/AP<</N 52 0 R>>'),
                          52: paint()}, 50, v.THIRD)
    add('twin', 'twin-by-path', made, code='changes.signature', shows='a field called like another with its parent')
    second = v.sign_first(prepared(BLANK, b'PihakKedua'))
    for by, who in (('stranger', v.OTHER_TSA), ('trusted', TSA)):
        made = fill(second, who)
        if who is TSA:
            by_stamp('open-field-stamped', made, 'an open field filled by a trusted time stamp')
        else:
            add('twin', f'party-is-a-stamp-{by}', made, 'yes', 'status.stamped-fields', 'unknown', 'the open field of the second party filled by a stamp')


def as_programs_read():
    """What one program finds in a dictionary and another one does not: references, null, what is inherited, defaults."""
    first = v.sign_first()
    box = b'/Type/Annot/Subtype/Widget/P 3 0 R/F 4/Rect[%s]' % BLANK

    def hung(kid, above=b'<</FT/Sig/T(Induk)/Kids[51 0 R]>>', listed=50, dss=b'', **more):
        """A kid below a new field, by nobody; `more` are objects by `oN`."""
        objects = {3: with_annotation(first, 51), 5: with_field(first, listed), 50: above, 51: kid}
        if dss:
            objects[1] = v.CATALOG % (b'/DSS<<%s>>' % dss)
        objects.update({int(key[1:]): value for key, value in more.items()})
        return first.update(objects)
    kid = b'<</T(Anak)%s' % box
    choice = b'/V(Rp 9.000)/Opt[(Rp 9.000)]/DA(/F1 20 Tf)'
    for name, made, code in (
        ('kind-behind-a-reference', hung(kid + choice + b'/FT 52 0 R/Parent 50 0 R>>', o52=b'/Ch'), 'changes.field'),
        ('kind-of-the-field-itself', hung(kid + b'/FT 52 0 R>>', above=b'null', listed=51, o52=b'/Tx'), 'changes.field'),
        ('kind-null', hung(kid + b'/FT null/Parent 50 0 R>>', b'<</FT/Tx/V(Rp 9.000)/DA(/F1 20 Tf)/T(Induk)/Kids[51 0 R]>>'), 'changes.field'),
        ('value-null', hung(kid + b'/FT 52 0 R/V null/Parent 50 0 R>>', b'<</FT/Sig/V(Rp 9.000)/T(Induk)/Kids[51 0 R]>>', o52=b'/Tx'), 'changes.field'),
        ('parent-elsewhere', hung(kid + b'/Parent 53 0 R>>', o53=b'<</FT/Tx/V(Rp 9.000)/DA(/F1 20 Tf)>>'), 'changes.field'),
        ('parent-in-the-store', hung(kid + b'/Parent 53 0 R>>', dss=b'/Certs[53 0 R]', o53=b'<</FT/Ch%s>>' % choice), 'changes.field'),
        ('parent-in-an-entry-of-the-store', hung(kid + b'/Parent 53 0 R>>', dss=b'/VRI<</A 53 0 R>>', o53=b'<</FT/Ch%s>>' % choice), 'changes.field'),
        ('widget-of-another-field', hung(b'<</Parent 53 0 R%s>>' % box, o53=b'<</FT/Tx/V(Rp 9.000)/DA(/F1 20 Tf)>>'), 'changes.field'),
    ):
        add('inherited', name, made, code=code, shows='a field of text that passes for an empty place for a signature')
    tree = hung(kid + b'/Parent 50 0 R>>')
    good('honest', 'place-below-a-field', tree, 'an empty place for a signature below a new field', 'signature.added-field')
    below = kid + b'/Parent 50 0 R/V 60 0 R/AP<</N 62 0 R>>>>'
    made = {3: with_annotation(first, 51), 5: with_field(first, 50), 50: b'<</FT/Sig/T(Induk)/Kids[51 0 R]>>', 51: below, 62: paint()}
    good('honest', 'signed-below-a-field', filled(first, made, 60, v.THIRD), 'a signature below a new field')

    fonts = b'<</Font<</F1 6 0 R/%s 60 0 R>>>>'
    odd = b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[48/nine/eight/seven]>>>>'
    usual = (b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Name/Helv/Encoding<</Type/Encoding/Differences[24/breve/caron '
             b'39/quotesingle 96/grave 128/bullet]>>>>')
    waiting = v.TEXT.replace(b'/F1 10 Tf', b'/Helv 10 Tf').replace(b'/AP<</N 10 0 R>>', b'')

    def with_resources(pdf, name, font, dss=b''):
        form = catalogue_of(pdf, 5).replace(b'<</Font<</F1 6 0 R>>>>', fonts % name)
        return pdf.update({5: form, 60: font, **({1: v.CATALOG % dss} if dss else {})})
    field = v.sign_first(v.base({7: waiting % b'1.000'}))
    note = v.sign_first(v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]'),
                                90: b'<</Type/Annot/Subtype/FreeText/Rect[50 200 200 250]/DA(/Helv 10 Tf)/Contents(Rp 1.000)>>'}))
    stray = v.sign_first(v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]'),
                                 90: waiting.replace(b'Jumlah', b'Liar').replace(b'50 600 250 620', BLANK) % b'1.000'}))
    certified = v.sign_first(v.base({7: waiting % b'1.000'}), entries=v.certify(1))
    for name, made, code in (
        ('font-of-a-field', with_resources(field, b'Helv', odd), 'changes.field'),
        ('font-of-free-text', with_resources(note, b'Helv', odd), 'changes.field'),
        ('font-of-a-stray-field', with_resources(stray, b'Helv', odd), 'changes.field'),
        ('font-with-dingbats', with_resources(field, b'Helv', b'<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>'), 'changes.field'),
        ('font-spelled-otherwise', with_resources(v.sign_first(v.base({7: waiting.replace(b'/Helv', b'/He#6cv') % b'1'})), b'Helv', odd), 'changes.field'),
        ('font-certified', with_resources(certified, b'Helv', odd, b'/DSS<<>>'), 'changes.certified'),
        ('font-certified-usual', with_resources(certified, b'Helv', usual, b'/DSS<<>>'), 'changes.certified'),
    ):
        add('defaults', name, made, 'unknown' if code == 'changes.field' else 'no', 'changes.fonts' if code == 'changes.field' else code,
            shows='programs paint a field anew with the font that was added')
    windows = b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Name/Helv/Encoding/WinAnsiEncoding>>'
    good('honest', 'font-that-is-usual', with_resources(field, b'Helv', windows), 'the font that programs take where it is missing', 'changes.allowed')
    parent = v.base({7: (waiting % b'1.000')[:-2].replace(b'/DA(/Helv 10 Tf)', b'') + b'/Parent 92 0 R>>', 92: b'<</DA(/Helv 10 Tf)>>'})
    tick = v.base({7: b'<</FT/Btn/Type/Annot/Subtype/Widget/T(Centang)/F 4/P 3 0 R/Rect[50 600 70 620]/DA(/F1 0 Tf)/MK<</CA(4)>>/V/Ya/AS/Ya>>'})
    drawn = lambda look: v.sign_first(v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[8 0 R 11 0 R 90 0 R]'), 5: b'<</Fields[8 0 R 11 0 R]/SigFlags 3>>',
                                              90: b'<</Type/Annot/Subtype/FreeText/Rect[50 200 200 250]/DA(/Helv 10 Tf)/Contents(Rp 1)/AP %s>>' % look,
                                              91: paint()}))
    by_font = lambda pdf: pdf.update({5: catalogue_of(pdf, 5)[:-2] + b'/DR<</Font<</Helv 60 0 R>>>>>>', 60: windows})
    good('honest', 'font-beside-drawn-text', by_font(drawn(b'<</N 91 0 R>>')), 'the first font of a form, and free text with a look', 'changes.allowed')
    for name, made in (
        ('font-with-differences', with_resources(field, b'Helv', usual)), ('font-that-nothing-names', with_resources(first, b'Lain', odd)),
        ('font-by-another-parent', with_resources(v.sign_first(parent), b'Helv', odd)),
        ('font-of-ticks', with_resources(v.sign_first(tick), b'ZaDb', odd)),
        ('font-of-ticks-encoded', with_resources(v.sign_first(tick), b'ZaDb', b'<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats/Encoding/WinAnsiEncoding>>')),
        ('font-by-prefix', with_resources(field, b'Helv', windows.replace(b'/Helvetica', b'/Helvetica-Symbol'))),
        ('font-of-experts', with_resources(field, b'Helv', windows.replace(b'/WinAnsi', b'/MacExpert'))),
    ):
        add('defaults', name, made, 'unknown', 'changes.fonts', shows='programs may paint a field anew with the font that was added')
    for name, look in (('empty', b'<<>>'), ('null', b'<</N null>>'), ('direct', b'<</N<<>>>>'), ('other', b'<</D 91 0 R>>')):
        add('defaults', f'font-of-text-with-a-look-that-is-{name}', by_font(drawn(look)), code='changes.field', shows='free text that programs paint')
    good('honest', 'font-for-check-boxes', with_resources(field, b'ZaDb', b'<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>'),
         'the font of ticks', 'changes.allowed')

    pages = v.base({2: b'<</Type/Pages/Kids[3 0 R 70 0 R]/Count 2>>', 70: v.PAGE_OBJECT % (b'4 0 R', b'[90 0 R]'),
                    3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]'), 5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
                    90: v.widget(b'Siap', BLANK)})
    add('together', 'on-two-pages', fill(v.sign_first(pages), v.THIRD), shows='one field on two pages')
    nameless = v.base({8: v.widget(b'X', BOX_1).replace(b'/T(X)', b'')})
    victim = nameless.sign({8: v.widget(b'X', BOX_1, b'/V 20 0 R/AP<</N 21 0 R>>').replace(b'/T(X)', b''), 21: v.appearance()}, 20, v.cms_of())
    bare = v.widget(b'X', BLANK, b'/AP<</N 52 0 R>>').replace(b'/T(X)', b'')
    add('twin', 'nameless', added(victim, BLANK, v.OTHER_TSA, widget=bare), 'yes', 'signature.seen-later-unknown', 'unknown',
        'a stamp without a name beside a signature without one')
    good('honest', 'nameless-twice', added(victim, BLANK, v.THIRD, widget=bare), 'two signatures without names')
    entries = v.certify(1).replace(b'/TransformMethod/DocMDP', b'/TransformMethod 91 0 R')
    method = v.base({91: b'/DocMDP'})
    add('certified', 'method-behind-a-reference', added(v.sign_first(method, entries=entries), BLANK, v.THIRD), 'no',
        'changes.certified', 'yes', 'a party signs after P=1')
    other = filled(first, {8: v.widget(b'Pihak1', BOX_1, b'/V 50 0 R/AP<</N 52 0 R>>'), 52: paint()}, 50, v.THIRD)
    add('taken-out', 'replaced-by-another', other, 'yes', 'signature.taken-out', 'yes', 'another signature in the field of the first one')
    cleared = v.sign_second(first.update({8: v.widget(b'Pihak1', BOX_1)}))
    add('taken-out', 'cleared-before-the-second', cleared, 'yes', 'signature.taken-out', 'yes', 'the first signature was cleared, then the second party signed')


def catalogs():
    first = v.sign_first()
    for name, (old, new, code) in {
        'pages': (b'/Pages 2 0 R', b'/Pages 61 0 R', 'changes.catalog'),
        'form': (b'/AcroForm 5 0 R', b'/AcroForm 64 0 R', 'changes.field'),
        'files': (b'data.txt', b'lain.txt', 'changes.catalog'),
        'script': (b'/Metadata 9 0 R', b'/Metadata 9 0 R/OpenAction<</S/JavaScript/JS(1)>>', 'changes.catalog'),
        'layers': (b'/Metadata 9 0 R', b'/Metadata 9 0 R/OCProperties<</D<<>>>>', 'changes.catalog'),
    }.items():
        body = (v.CATALOG % b'').replace(old, new)
        made = first.update({60: body, 61: b'<</Type/Pages/Kids[62 0 R]/Count 1>>', 62: v.PAGE_OBJECT % (b'63 0 R', b'[]'),
                             63: stream(v.FORGED), 64: (v.FORM % b'8 0 R 11 0 R')[:-2] + b'/NeedAppearances true>>'}, root=60)
        add('catalog', f'catalog-other-{name}', made, code=code, shows=f'another catalog with other {name}')
    again = v.sign_second(first.update({60: v.CATALOG % b''}, root=60))
    good('honest', 'catalog-renumbered-twice', again.update({65: v.CATALOG % b''}, root=65),
         'the same catalog under other numbers, around a signature')


def tagged():
    """Widgets entered in the structure tree, and what hides behind that."""
    base = v.base({
        1: v.CATALOG % b'/MarkInfo<</Marked true>>/StructTreeRoot 70 0 R/Outlines 76 0 R',
        70: b'<</Type/StructTreeRoot/K[71 0 R]/ParentTree 73 0 R/ParentTreeNextKey 1>>',
        71: b'<</Type/StructElem/S/Document/P 70 0 R/K[72 0 R 75 0 R]>>', 72: b'<</Type/StructElem/S/P/P 71 0 R/Pg 3 0 R/K 0>>',
        73: b'<</Nums[0 74 0 R]>>', 74: b'[72 0 R 75 0 R]', 75: b'<</Type/StructElem/S/P/P 71 0 R/Pg 3 0 R/K 1>>',
        76: b'<</First 77 0 R/Last 77 0 R/Count 1>>', 77: b'<</Title(Satu)/Parent 76 0 R/Dest[3 0 R/Fit]/SE 71 0 R>>'})
    first = v.sign_first(base)
    entry = b'<</Type/StructElem/S/Form/P 71 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 51 0 R>>%s>>'

    def second(element=entry % b'', document=b'[72 0 R 75 0 R 80 0 R]', nums=b'0 81 0 R 1 80 0 R', root=b'', listed=b'[72 0 R 75 0 R]', **more):
        objects = {70: b'<</Type/StructTreeRoot/K[71 0 R]/ParentTree 82 0 R/ParentTreeNextKey 2%s>>' % root,
                   71: b'<</Type/StructElem/S/Document/P 70 0 R/K%s>>' % document, 80: element, 81: listed, 82: b'<</Nums[%s]>>' % nums}
        objects.update(more.get('objects', {}))
        return added(first, BLANK, v.THIRD, rest=b'/StructParent 1', objects=objects)
    good('honest', 'tagged-second-signature', second(), 'the new widget is entered in the structure tree, whose parents are written anew')
    good('honest', 'tagged-not-entered', added(first, BLANK, v.THIRD), 'a tagged document, and a widget that is not entered')
    for name, made in {
        'spoken': second(entry % b'/ActualText(Rp 9.000)'), 'alternate': second(entry % b'/Alt(Rp 9.000)'),
        'expanded': second(entry % b'/E(Rp 9.000)'), 'attributes': second(entry % b'/A<</O/Layout/Placement/Block>>'),
        'another-kind': second((entry % b'').replace(b'/S/Form', b'/S/P')),
        'old-content': second((entry % b'').replace(b'/K<</Type/OBJR/Obj 51 0 R>>', b'/K 0')),
        'old-widget': second((entry % b'').replace(b'/Obj 51 0 R', b'/Obj 7 0 R')),
        'reordered': second(document=b'[75 0 R 72 0 R 80 0 R]'), 'dropped': second(document=b'[72 0 R 80 0 R]'),
        'doubled': second(document=b'[72 0 R 75 0 R 75 0 R 80 0 R]'), 'roles': second(root=b'/RoleMap<</P/Artifact>>'),
        'parents-moved': second(nums=b'0 82 0 R 1 80 0 R'), 'parents-lost': second(nums=b'1 80 0 R'),
        'parents-reordered': second(listed=b'[75 0 R 72 0 R]'), 'parents-foreign': second(nums=b'0 81 0 R 1 80 0 R 2 72 0 R'),
        'element-changed': second(objects={72: b'<</Type/StructElem/S/P/P 71 0 R/Pg 3 0 R/K 0/ActualText(Rp 9.000)>>'}),
    }.items():
        add('tagged', f'tagged-{name}', made, code='changes.', shows=f'the structure tree: {name}')


def writers():
    """What honest writers do."""
    first = v.sign_first()
    made = first.update({1: v.CATALOG % b'/DSS<</Certs[60 0 R]/CRLs[63 0 R]>>', 60: b'<</Length 61 0 R>>\nstream\n%s\nendstream' % v.ISSUING.der,
                         61: b'%d' % len(v.ISSUING.der), 63: stream(pki.crl_der(v.CRLS[1]))})
    good('honest', 'store-with-lengths', made, 'a store whose streams keep their lengths elsewhere, as DSS and PDFBox write it', 'changes.allowed')
    odd = v.Pdf.new(v.objects(), trailer=v.TRAILER + b'/AdditionalStreams[/application#2Fodt 21 0 R]')
    good('honest', 'trailer-of-an-office-program', v.sign_second(v.sign_first(odd)), 'a trailer that names what is not there')
    kept = v.Pdf.new(v.objects({9: stream(v.XMP % b'1', b'/Type/Metadata/Subtype/XML')}), trailer=v.TRAILER + b'/Lampiran 9 0 R')
    add('way', 'trailer-names-the-metadata', v.sign_first(kept).update({9: stream(v.XMP % b'2', b'/Type/Metadata/Subtype/XML')}),
        code='changes.shared', shows='an entry of the trailer names what is rewritten')
    apart = v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]'), 5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
                    90: v.widget(b'Siap', BLANK, b'/AP 92 0 R'), 91: paint(b''), 92: b'<</N 91 0 R>>'})
    first = v.sign_first(apart)
    made = filled(first, {90: catalogue_of(first, 90)[:-2] + b'/V 50 0 R>>', 91: paint(b'Saksi'), 92: b'<</N 91 0 R>>'}, 50, v.THIRD)
    good('honest', 'own-look-apart', made, 'the empty look is a dictionary of its own')
    first = v.sign_first()
    form = catalogue_of(first, 5)
    more = form.replace(b'/F1 6 0 R', b'/F1 6 0 R/Helv 95 0 R')
    font = b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>'
    good('honest', 'form-gets-a-font', v.sign_second(first.update({5: more, 95: font})), 'the signing program adds a font to the form')
    add('way', 'form-exchanges-a-font', first.update({5: form.replace(b'/F1 6 0 R', b'/F1 95 0 R'), 95: font}), code='changes.field',
        shows='a name in the resources of the form gets another font')
    add('way', 'form-drops-its-fonts', first.update({5: form.replace(b'/Font<</F1 6 0 R>>', b'')}), code='changes.field',
        shows='the resources of the form lose their fonts')
    lists = v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'15 0 R'), 15: b'[7 0 R 8 0 R 11 0 R]',
                    5: (v.FORM % b'').replace(b'[]', b' 16 0 R'), 16: b'[7 0 R 8 0 R 11 0 R]'})
    first = v.sign_first(lists)
    widget = v.widget(b'Baru', BLANK, b'/AP<</N 52 0 R>>/V 50 0 R')
    made = filled(first, {15: b'[7 0 R 8 0 R 11 0 R 51 0 R]', 16: b'[7 0 R 8 0 R 11 0 R 51 0 R]', 51: widget, 52: paint(b'Saksi')}, 50, v.THIRD)
    good('honest', 'lists-apart', made, '/Annots and /Fields are objects of their own')
    bad = filled(first, {15: b'[8 0 R 7 0 R 11 0 R 51 0 R]', 16: b'[7 0 R 8 0 R 11 0 R 51 0 R]', 51: widget, 52: paint(b'Saksi')}, 50, v.THIRD)
    add('way', 'lists-reordered', bad, code='changes.annotation', shows='the list of annotations in another order')


def readers():
    """What other readers show where they give up on the table, or read a value otherwise."""
    first = v.sign_first()
    forged = b'4 0 obj\n' + stream(v.FORGED) + b'\nendobj\n'
    hiding = b'<</Length 61 0 R>>\nstream\nx\nendstream endobj\n' + forged + b'\nendstream'
    inside = hiding.index(b'\nendstream', len(hiding) - 12) - hiding.index(b'stream\n') - 7
    add('reader', 'object-in-a-stream', first.update({1: v.CATALOG % b'/DSS<</Certs[60 0 R]>>', 60: hiding, 61: b'%d' % inside}),
        code='changes.unlisted', shows='another page content in the data of validation data')
    add('reader', 'object-in-a-string', first.update({12: b'<</Title(' + forged.replace(b'(', b'').replace(b')', b'') + b')>>'}),
        code='changes.unlisted', shows='another page content in the title')
    add('reader', 'trailer-in-a-string', first.update({12: b'<</Title(\ntrailer <</Root 82 0 R>>)>>'}), code='changes.unlisted',
        shows='a trailer in the title')
    data = first.update({12: b'<</Title(Lain)>>'}).data
    far = data.replace(b'startxref\n', b'startxref\n' + b' ' * 1100) if False else data[:data.rindex(b'%%EOF')] + b' ' * 1100 + b'%%EOF\n'
    add('reader', 'startxref-far-away', v.Pdf(far, 0, 1, 0), code='document.tail', issuer='unknown', shows='startxref where readers do not look')
    spaced = data[:data.rindex(b'startxref\n')] + b'startxref \n  ' + data[data.rindex(b'startxref\n') + 10:]
    add('reader', 'update-unusually-spaced', v.Pdf(spaced, 0, 1, 0), 'unknown', 'changes.unusual', shows='an update in an unusual spelling')
    ready = v.sign_first(v.base({6: b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[49/nine]>>>>'}))
    add('reader', 'integer-becomes-real', ready.update({6: b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[49.0/nine]>>>>'}),
        code='changes.resource', shows='49 becomes 49.0 in an encoding')
    add('reader', 'name-with-nul', first.update({3: with_annotation(first, 51), 5: with_field(first, 51),
        51: v.widget(b'Baru', b'0 0 0 0', b'/AP#00<</N 52 0 R>>'), 52: paint()}), code='document.malformed', issuer='unknown', shows='/AP#00')
    need = v.base({5: (v.FORM % b'7 0 R 8 0 R 11 0 R')[:-2] + b'/NeedAppearances true>>'})
    need = v.sign_first(need)
    add('reader', 'need-appearances-withdrawn', need.update({5: catalogue_of(need, 5).replace(b'true', b'false')}), code='changes.field',
        shows='stale looks are shown again')
    note = v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R]'), 5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
                   90: v.widget(b'Siap', BLANK).replace(b'/Subtype/Widget', b'/Subtype/FreeText')})
    add('kid', 'note-that-is-a-field', fill(v.sign_first(note), v.OTHER_TSA), code='changes.annotation', issuer='yes',
        shows='a note that is a signature field as well, filled')
    kid = v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 91 0 R]'), 5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
                  90: b'<</FT/Sig/T(Siap)/Kids[91 0 R]>>',
                  91: b'<</Type/Annot/Subtype/Widget/FT/Tx/Parent 90 0 R/P 3 0 R/F 4/Rect[%s]/DA(/F1 9 Tf)/V(Rp 1.000)>>' % BLANK})
    first = v.sign_first(kid)
    made = filled(first, {90: catalogue_of(first, 90)[:-2] + b'/V 50 0 R>>', 91: catalogue_of(first, 91).replace(b'1.000', b'9.000')}, 50, v.OTHER_TSA)
    add('kid', 'kid-with-a-text-of-its-own', made, code='changes.annotation', shows='a widget that is a text field')
    own = v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 90 0 R 93 0 R]'), 5: v.FORM % b'7 0 R 8 0 R 11 0 R 90 0 R',
                  90: v.widget(b'Siap', BLANK, b'/AP 92 0 R'), 91: paint(b''), 92: b'<</N 91 0 R>>',
                  93: b'<</Type/Annot/Subtype/Stamp/F 4/P 3 0 R/Rect[300 200 450 250]/AP 92 0 R>>'})
    first = v.sign_first(own)
    made = filled(first, {90: catalogue_of(first, 90)[:-2] + b'/V 50 0 R>>', 91: paint()}, 50, v.THIRD)
    add('unsigned', 'look-shared-with-a-stamp', made, code='changes.appearance', shows='the look belongs to a stamp as well')
    states = v.base({3: v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 93 0 R]'),
                     93: b'<</Type/Annot/Subtype/Stamp/F 4/P 3 0 R/Rect[300 200 450 250]/AS/Metadata/AP<</N 1 0 R>>>>'})
    first = v.sign_first(states)
    add('way', 'catalog-is-a-list-of-looks', first.update({1: (v.CATALOG % b'').replace(b'/Metadata 9 0 R', b'/Metadata 95 0 R'), 95: stream(
        v.XMP % b'2', b'/Type/Metadata/Subtype/XML')}), code='changes.shared', shows='the catalog is a dictionary of states')
    bare = added(v.sign_first(), b'', v.OTHER_TSA, widget=v.widget(b'Baru', TEXT))
    add('added-field', 'stranger-without-look', bare, 'yes', 'signature.seen-later-unknown', 'unknown', 'a stamp of a stranger without a look, over the text')


def small_pages():
    small = {3: b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 144]/Contents 4 0 R/Resources<</Font<</F1 6 0 R>>>>/Annots[8 0 R 90 0 R]>>',
             4: stream(b'BT /F1 12 Tf 10 8 Td (Label) Tj ET'), 5: v.FORM % b'8 0 R 90 0 R', 8: v.widget(b'Pihak1', b'0 0 0 0')}
    def signed(where):
        pdf = v.base({**small, 90: v.widget(b'Siap', where)})
        return filled(pdf, {8: v.widget(b'Pihak1', b'0 0 0 0', b'/V 20 0 R')}, 20, v.FIRST)
    first = signed(b'10 74 290 134')
    good('honest', 'small-page-prepared', fill(first, v.THIRD), 'a stamp that takes 39 % of a label, where it was prepared')
    first = signed(b'10 4 290 64')
    add('covering', 'small-page-over-text', fill(first, v.THIRD), shows='the same over the text')
    first = signed(b'0 0 0 0')
    add('covering', 'small-page-added', added(first, b'10 74 290 134', v.THIRD), shows='the same, added')


def layouts():
    """Honest pages on which something comes into sight where nothing is."""
    wide = {
        'inline-image': (b'q 50 0 0 50 400 400 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q ' + v.PAGE, b''),
        'form': (b'q 1 0 0 1 0 500 cm /Bentuk Do Q', b'/XObject<</Bentuk 70 0 R>>'),
        'frames': (b'20 20 555 800 re S 50 190 300 70 re f ' + v.PAGE, b''),
        'composite-font': (b'BT /F2 12 Tf 72 720 Td <00410042> Tj ET', b''),
    }
    for name, (content, resources) in wide.items():
        page = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(
            b'<</Font<</F1 6 0 R>>>>', b'<<%s/Font<</F1 6 0 R/F2 71 0 R>>>>' % resources)
        pdf = v.base({3: page, 4: stream(content), 70: paint(), 71: (
            b'<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X'
            b'/DW 500/W[65[600 700]]>>]>>')})
        good('honest', f'layout-{name}', added(v.sign_first(pdf), BLANK, v.THIRD), f'a stamp on blank paper, page with {name}')
    scan = {3: (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(b'<</Font', b'<</XObject<</S 70 0 R>>/Font'),
            4: stream(b'q 595 0 0 842 0 0 cm /S Do Q'), 70: stream(b'\x00', b'/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8')}
    add('covering', 'over-a-scan', added(v.sign_first(v.base(scan)), BLANK, v.THIRD), 'unknown', 'changes.over-content', 'yes',
        'a stamp on a page that is one picture')
    for name, content in {
        'unknown-font': b'BT /F9 12 Tf 72 720 Td (x) Tj ET', 'no-content': b'BT /F1 12 Tf (x Tj',
        'font-by-state': b'/GS gs BT 72 720 Td (x) Tj ET', 'endless-forms': b'/Diri Do',
    }.items():
        page = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(
            b'<</Font', b'<</ExtGState<</GS<</Font[6 0 R 12]>>>>/XObject<</Diri 70 0 R>>/Font')
        pdf = v.base({3: page, 4: stream(content), 70: stream(b'/Diri Do', b'/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</Diri 70 0 R>>>>')})
        add('covering', f'page-with-{name}', added(v.sign_first(pdf), BLANK, v.THIRD), 'unknown', 'changes.over-unknown', 'yes',
            f'nobody can tell where the text is: {name}')
    for name, content, box in (
        ('moved-by-matrix', b'1 0 0 1 0 -500 cm ' + v.PAGE, BLANK),
        ('text-by-form', b'q 1 0 0 1 55 205 cm /Bentuk Do Q', BLANK),
        ('text-by-quote', b'BT /F1 12 Tf 14 TL 72 240 Td (a) Tj (Rp 1.000) \' ET', BLANK),
        ('text-by-array', b'BT /F1 12 Tf 20 220 Td [-5000 (Rp 1.000)] TJ ET', BLANK),
        ('text-by-inline-image', b'q 100 0 0 20 60 210 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q', BLANK),
        ('outlines-of-letters', b'60 210 m 70 230 80 230 90 210 c f', BLANK),
    ):
        page = (v.PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(b'<</Font', b'<</XObject<</Bentuk 70 0 R>>/Font')
        pdf = v.base({3: page, 4: stream(content), 70: paint(b'Rp 1.000')})
        add('covering', name, added(v.sign_first(pdf), box, v.THIRD), 'unknown', 'changes.over-content', 'yes',
            f'a stamp over what the page shows: {name}')


def main():
    logging.disable(logging.CRITICAL)
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    v.TRAVELLING.clear()
    for part in (by_whom_and_where, certified, together, rectangles, kids, appearances, flags, names, ways, siblings, twins, as_programs_read,
                 catalogs, tagged, writers, readers, small_pages, layouts):
        part()
    rows = ['file\texpected\tclass\tintegrity\tissuer\tcode\tshows']
    for name, (kind, integrity, issuer, code, shows, data) in sorted(VECTORS.items()):
        (OUT / f'{name}.pdf').write_bytes(data)
        # Whoever signs after a signature was taken out vouches for all that is there; it is said.
        label = 'accept' if kind in ('honest', 'taken-out') else 'reject'
        rows.append('\t'.join((f'{name}.pdf', label, kind, integrity, issuer, code, shows)))
    (OUT / 'expected.tsv').write_text('\n'.join(rows) + '\n')
    lists = b''.join(c.public_bytes(serialization.Encoding.PEM) for c in v.CRLS)
    (OUT / 'root.pem').write_bytes(v.ROOT.pem)
    (OUT / 'crl-all.pem').write_bytes(lists)
    (OUT / 'trust.pem').write_bytes(v.ROOT.pem + v.ISSUING.pem + lists)
    honest = sum(kind == 'honest' for kind, *_ in VECTORS.values())
    print(f'{len(VECTORS)} files, {honest} of them honest, {sum(len(x[-1]) for x in VECTORS.values())} bytes')


if __name__ == '__main__':
    sys.exit(main())
