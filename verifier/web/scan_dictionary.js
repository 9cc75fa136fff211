/**
 * Unpacks the code dictionary as it travels (verifier/web/scan_dictionary.py) into the bytes of the published file.
 *
 * Whoever opens the result compares its SHA-256 with that of the published file, so a mistake here is never used.
 */

const HEAD_BYTES = 6;
const WORD_ENDS = 0xfe;
const STRETCH = 0xff;
const SHORT = 200;

/**
 * @param {Uint8Array} packed
 * @returns {Uint8Array} the published file
 */
export function unpacked(packed) {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const file = new Uint8Array(view.getUint32(0));
  const [characters, words] = [view.getUint16(4), view.getUint16(6)];
  file.set(packed.subarray(10, 10 + HEAD_BYTES));
  let start = 10 + HEAD_BYTES + 16;
  const [points, skeleton, letters, stretches] = [0, 4, 8, 12].map((at) => {
    const length = view.getUint32(10 + HEAD_BYTES + at);
    start += length;
    return packed.subarray(start - length, start);
  });
  const afterCharacters = putCharacters(file, HEAD_BYTES, { points, count: characters });
  const alphabet = Array.from(new TextDecoder().decode(letters), (letter) => letter.codePointAt(0));
  const end = putWords(file, afterCharacters, { skeleton, words, stretches, alphabet });
  file.set(packed.subarray(start), end);
  return file;
}

/** Put one character in UTF-8; answers where it ends. Written out, because this is done seventy thousand times. */
function putPoint(file, at, point) {
  if (point < 0x80) {
    file[at] = point;
    return at + 1;
  }
  if (point < 0x800) {
    file[at] = 0xc0 | (point >> 6);
    file[at + 1] = 0x80 | (point & 63);
    return at + 2;
  }
  if (point < 0x10000) {
    file[at] = 0xe0 | (point >> 12);
    file[at + 1] = 0x80 | ((point >> 6) & 63);
    file[at + 2] = 0x80 | (point & 63);
    return at + 3;
  }
  file[at] = 0xf0 | (point >> 18);
  file[at + 1] = 0x80 | ((point >> 12) & 63);
  file[at + 2] = 0x80 | ((point >> 6) & 63);
  file[at + 3] = 0x80 | (point & 63);
  return at + 4;
}

/** Put every character behind its length; answers where the last one ends. */
function putCharacters(file, start, { points, count }) {
  let [at, point] = [start, 0];
  for (let from = 0; from < 3 * count; from += 3) {
    point = (point + ((points[from] << 16) | (points[from + 1] << 8) | points[from + 2])) & 0xffffff;
    const end = putPoint(file, at + 1, point);
    file[at] = end - at - 1;
    at = end;
  }
  return at;
}

/** Put every word behind its length; answers where the last one ends. */
function putWords(file, start, { skeleton, words, stretches, alphabet }) {
  let [at, from, next] = [start, 0, 0];
  for (let word = 0; word < words; word += 1) {
    const lengthAt = at;
    at += 1;
    for (; skeleton[from] !== WORD_ENDS; from += 1) {
      if (skeleton[from] !== STRETCH) {
        file[at] = skeleton[from];
        at += 1;
        continue;
      }
      for (; stretches[next] !== 0; next += 1) {
        let place = stretches[next] - 1;
        if (place >= SHORT) {
          next += 1;
          place = SHORT + (place - SHORT) * 256 + stretches[next];
        }
        at = putPoint(file, at, alphabet[place]);
      }
      next += 1;
    }
    from += 1;
    file[lengthAt] = at - lengthAt - 1;
  }
  return at;
}
