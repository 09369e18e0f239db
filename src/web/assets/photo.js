// Reads the QR codes of a photograph with photo.wasm: the same program as `pk verify photo.jpg`. The browser
// decodes the picture, so everything that it can show can be read.

import { Refusal, caller, ended, module } from "./verifier.js";

// Dots that photo.wasm looks at: as in crates/photo.
const MAX_DOTS = 52_000_000;
const MAX_SIDE = 20_000;
// Dots that the browser is asked to unpack, with four bytes each. A file of some kilobytes can hold gigabytes
// of them, and the page would be gone before it could say so.
const MAX_UNPACKED = 120_000_000;

// The texts of all QR codes in a picture, from top to bottom; none if there is none to be read. The picture is
// a file, or what `luma` made of it.
export async function readPhoto(picture) {
  const grey = picture instanceof Blob ? luma(picture) : picture;
  const [{ levels, width, height, clear }, ready] = await Promise.all([grey, module("photo.wasm")]);
  const texts = await readLevels(ready, levels, width, height);
  if (texts.length > 0 || !clear || !(picture instanceof Blob)) return texts;
  // A code in white on nothing is for a dark background.
  const dark = await luma(picture, 0);
  return readLevels(ready, dark.levels, width, height);
}

// As `readPhoto`, from grey levels and a module that is compiled already. Each picture gets an instance of
// its own: it takes much memory, and WebAssembly gives none back.
export async function readLevels(compiled, levels, width, height) {
  const called = caller(await WebAssembly.instantiate(compiled, {}));
  try {
    called.put(levels);
    called.exports.read(width, height);
    return called.answer();
  } catch (error) {
    throw ended(error, called);
  }
}

// Dots of the canvas: telephones draw nothing, and say nothing, on one that is larger than they like.
const CANVAS = 4_000_000;

function canvasOf(width, height) {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

// How many dots a PNG, JPEG or WebP file says that it has; 0 if its beginning does not say so.
async function dots(blob) {
  const head = new DataView(await blob.slice(0, 1 << 18).arrayBuffer());
  const starts = (at, text) => [...text].every((letter, i) => head.getUint8(at + i) === letter.charCodeAt(0));
  const short = (at) => head.getUint16(at, true) & 0x3fff;
  const long = (at) => head.getUint16(at, true) + (head.getUint8(at + 2) << 16);
  try {
    if (starts(1, "PNG")) return head.getUint32(16) * head.getUint32(20);
    if (starts(8, "WEBPVP8X")) return (long(24) + 1) * (long(27) + 1);
    if (starts(8, "WEBPVP8L")) return (short(21) + 1) * (((head.getUint32(21, true) >> 14) & 0x3fff) + 1);
    if (starts(8, "WEBPVP8 ")) return short(26) * short(28);
    if (!starts(0, "\xff\xd8")) return 0;
    for (let at = 2; head.getUint8(at) === 0xff; at += 2 + head.getUint16(at + 2)) {
      // The frame (ITU-T T.81, B.1.1.3); three numbers among its own mean something else.
      const marker = head.getUint8(at + 1);
      const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (frame) return head.getUint16(at + 5) * head.getUint16(at + 7);
    }
  } catch {
    // It ends before.
  }
  return 0;
}

// The picture as it is shown, upright, one grey level a dot, on paper of that level; and whether any of it is clear, so
// that the paper shows.
export async function luma(blob, paper = 255) {
  if (await dots(blob) > MAX_UNPACKED) throw new Refusal("check.too-many-dots");
  const picture = await createImageBitmap(blob, { imageOrientation: "from-image" })
    // Older browsers refuse the wish (Safari 15); a code can be read lying on its side too.
    .catch(() => createImageBitmap(blob))
    .catch(() => { throw new Refusal("check.picture"); });
  const scale = Math.min(
    1,
    Math.sqrt(MAX_DOTS / (picture.width * picture.height)),
    MAX_SIDE / Math.max(picture.width, picture.height),
  );
  const width = Math.max(1, Math.floor(picture.width * scale));
  const height = Math.max(1, Math.floor(picture.height * scale));
  const rows = Math.min(height, Math.max(1, Math.floor(CANVAS / width)));
  const context = canvasOf(width, rows).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Refusal("check.picture");
  const levels = new Uint8Array(width * height);
  let clear = false;
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    context.clearRect(0, 0, width, rows);
    const step = picture.height / height;
    context.drawImage(picture, 0, top * step, picture.width, count * step, 0, 0, width, count);
    const { data } = context.getImageData(0, 0, width, count);
    for (let i = 0, dot = top * width; i < data.length; i += 4, dot += 1) {
      // ITU-R BT.709, as the program does where it decodes the picture itself.
      const level = (2126 * data[i] + 7152 * data[i + 1] + 722 * data[i + 2]) / 10000;
      const alpha = data[i + 3];
      if (alpha < 255) clear = true;
      levels[dot] = (level * alpha + paper * (255 - alpha)) / 255;
    }
  }
  picture.close();
  return { levels, width, height, clear };
}
