// Asks the network, and never for ever: a connection that swallows what is asked would leave a page waiting
// below a headline that looks like the whole answer.

// Counted from what arrived last: telephones may have slow networks.
export const PATIENCE = 15_000;

// What comes from an address: how that went, and all of the body, which may have `most` bytes.
export async function get(url, { most = Infinity, ...options } = {}) {
  const stop = new AbortController();
  let timer;
  const wait = () => {
    clearTimeout(timer);
    // Not `AbortSignal.timeout`: without it (Safari 15) every network would look like none.
    timer = setTimeout(() => stop.abort(), PATIENCE);
  };
  wait();
  try {
    const answer = await fetch(url, { ...options, signal: stop.signal });
    const reader = answer.body?.getReader();
    const parts = [];
    let size = 0;
    for (let part = await reader?.read(); part && !part.done; part = await reader.read()) {
      wait();
      parts.push(part.value);
      size += part.value.length;
      if (size > most) {
        stop.abort();
        throw new Error(`${url}: too large`);
      }
    }
    return { ok: answer.ok, status: answer.status, blob: new Blob(parts) };
  } finally {
    clearTimeout(timer);
  }
}

// What `promise` gives, if that does not take longer.
export const within = (promise, patience = PATIENCE) => Promise.race([
  promise,
  new Promise((_, late) => { setTimeout(() => late(new Error("no answer")), patience); }),
]);
