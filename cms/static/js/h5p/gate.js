// What comes from the frame of an activity was written by strangers: looked at before anything is done with it.
const LONGEST = 300_000; // characters of one message
const WINDOW = 10_000; // milliseconds
const MOST = 600; // messages of one kind in a window
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value, most) => typeof value === "string" && value.length <= most;

const READERS = {
  ready: () => ({}),
  failure: () => ({}),
  trouble: () => ({}),
  blocked: () => ({}),
  size: ({ height }) => Number.isFinite(height) && height >= 0 && { height: Math.min(Math.ceil(height), 20_000) },
  statement: ({ id, sequence, version, statement }) =>
    isText(id, 36) && UUID.test(id) && isCount(sequence) && isCount(version) && { id, sequence, version, statement },
  state: ({ sequence, version, dataType, subContentId, data }) =>
    isCount(sequence) && isCount(version) && isText(dataType, 100) && isText(String(subContentId), 64)
    && (data === null || typeof data === "string")
    && { sequence, version, dataType, subContentId: String(subContentId), data },
};

export class Gate {
  constructor() {
    this.times = {};
  }

  // The message as far as it is sound, null when it is not for us or not sound.
  read({ source, origin, data }, frame) {
    if (source !== frame.contentWindow || origin !== "null" || data?.context !== "socle") return null;
    if (!Object.hasOwn(READERS, data.kind) || this.isFlooded(data.kind)) return null;
    const read = READERS[data.kind](data);
    if (!read || JSON.stringify(read).length > LONGEST) return null;
    return { kind: data.kind, ...read };
  }

  isFlooded(kind) {
    const now = performance.now();
    const times = (this.times[kind] ?? []).filter((time) => now - time < WINDOW);
    this.times[kind] = times.length < MOST ? [...times, now] : times;
    return times.length >= MOST;
  }
}
