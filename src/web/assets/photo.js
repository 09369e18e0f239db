// Reads the QR codes of a photograph with photo.wasm: the same program as `pk verify photo.jpg`. The browser
// decodes the picture, so everything that it can show can be read.

import { Refusal, caller } from "./verifier.js";

// Dots that photo.wasm looks at: as in crates/photo.
const MAX_DOTS = 52_000_000;
const MAX_SIDE = 20_000;

let compiled;

function module() {
  compiled ??= fetch(new URL("photo.wasm", import.meta.url)).then(async (answer) => {
    if (!answer.ok) throw new Error(`photo.wasm: ${answer.status}`);
    return WebAssembly.compile(await answer.arrayBuffer());
  });
  compiled.catch(() => { compiled = undefined; });
  return compiled;
}

// The texts of all QR codes in a picture, from top to bottom; none if there is none to be read.
export async function readPhoto(blob) {
  const [{ levels, width, height }, ready] = await Promise.all([luma(blob), module()]);
  return readLevels(ready, levels, width, height);
}

// As `readPhoto`, from grey levels and a module that is compiled already. Each picture gets an instance of
// its own: it takes much memory, and WebAssembly gives none back.
export async function readLevels(compiled, levels, width, height) {
  const called = caller(await WebAssembly.instantiate(compiled, {}));
  called.put(levels);
  called.exports.read(width, height);
  return called.answer();
}

// Dots of the canvas: telephones draw nothing, and say nothing, on one that is larger than they like.
const CANVAS = 4_000_000;

function canvasOf(width, height) {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

// The picture as it is shown, upright, one grey level a dot.
async function luma(blob) {
  const picture = await createImageBitmap(blob, { imageOrientation: "from-image" })
    .catch(() => { throw new Refusal("fail.verify-picture"); });
  const scale = Math.min(
    1,
    Math.sqrt(MAX_DOTS / (picture.width * picture.height)),
    MAX_SIDE / Math.max(picture.width, picture.height),
  );
  const width = Math.max(1, Math.floor(picture.width * scale));
  const height = Math.max(1, Math.floor(picture.height * scale));
  const rows = Math.min(height, Math.max(1, Math.floor(CANVAS / width)));
  const context = canvasOf(width, rows).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Refusal("fail.verify-picture");
  const levels = new Uint8Array(width * height);
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    // What is transparent is paper.
    context.fillStyle = "white";
    context.fillRect(0, 0, width, rows);
    const step = picture.height / height;
    context.drawImage(picture, 0, top * step, picture.width, count * step, 0, 0, width, count);
    const { data } = context.getImageData(0, 0, width, count);
    for (let i = 0, dot = top * width; i < data.length; i += 4, dot += 1) {
      // ITU-R BT.709, as the program does where it decodes the picture itself.
      levels[dot] = (2126 * data[i] + 7152 * data[i + 1] + 722 * data[i + 2]) / 10000;
    }
  }
  picture.close();
  return { levels, width, height };
}
