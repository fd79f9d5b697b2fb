// What waits to be sent, on this device: it outlives the page, and two pages share it.
// One entry by key, so that neither overwrites the other; in memory alone when the device refuses.
const MOST = 2_000;

export class Shelf {
  constructor(name) {
    this.prefix = `socle-activity:${name}:`;
    this.memory = new Map();
    for (const key of this.keys()) this.memory.set(key, localStorage.getItem(key));
  }

  keys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
    } catch {
      return [];
    }
  }

  put(name, entry) {
    if (this.memory.size >= MOST) return;
    const key = this.prefix + name;
    const text = JSON.stringify(entry);
    this.memory.set(key, text);
    try {
      localStorage.setItem(key, text);
    } catch {
      // full or refused: kept until this page is closed
    }
  }

  // The entries, in the order they were said.
  all() {
    const entries = [...this.memory].map(([key, text]) => ({ key, text, ...JSON.parse(text) }));
    return entries.sort((a, b) => a.sequence - b.sequence);
  }

  // Forgets what was sent, unless something later took its place meanwhile.
  drop({ key, text }) {
    if (this.memory.get(key) !== text) return;
    this.memory.delete(key);
    try {
      if (localStorage.getItem(key) === text) localStorage.removeItem(key);
    } catch {
      // as above
    }
  }
}
