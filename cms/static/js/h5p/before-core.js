// In the frame of an activity, before the core of H5P: what it and libraries take for granted, and an origin that is
// nobody's refuses. Nothing of it outlives the document: what must be kept goes through the bridge.
(() => {
  const storage = () => {
    const kept = new Map();
    const methods = {
      getItem: (name) => kept.get(String(name)) ?? null,
      setItem: (name, value) => void kept.set(String(name), String(value)),
      removeItem: (name) => void kept.delete(String(name)),
      clear: () => kept.clear(),
      key: (at) => [...kept.keys()][at] ?? null,
    };
    return new Proxy(methods, {
      get: (_, name) => (name === "length" ? kept.size : methods[name] ?? kept.get(String(name))),
      set: (_, name, value) => (kept.set(String(name), String(value)), true),
      deleteProperty: (_, name) => (kept.delete(String(name)), true),
      has: (_, name) => name in methods || kept.has(String(name)),
      ownKeys: () => [...kept.keys()],
      getOwnPropertyDescriptor: (_, name) => ({ value: kept.get(String(name)), enumerable: true, configurable: true }),
    });
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { value: storage(), configurable: true });
  }
  Object.defineProperty(document, "cookie", { get: () => "", set: () => {}, configurable: true });

  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  window.H5PIntegration = { ...read("socle-shared"), ...read("socle-own") };
  const { contents, socle } = window.H5PIntegration;
  contents[`cid-${socle.content}`].contentUserData = socle.states;
})();
