// In the frame of an activity, after the core of H5P and before libraries: what the content says goes to the page
// around, which alone can speak to the site.
(() => {
  const { origin, version, start } = H5PIntegration.socle;
  const begun = performance.now();
  let last = 0;
  let width = innerWidth;
  let waiting;
  let isDown = false;
  let hasBegun = false; // until a gesture, there is nothing to keep

  // Opened without a page around, it plays and tells nobody.
  const tell = (kind, values = {}) => parent === window || parent.postMessage({ context: "socle", kind, ...values }, origin);
  // The clock of the site, carried on: what is said later is later, whatever the clock of the device.
  const sequence = () => (last = Math.max(last + 1, start + Math.round(performance.now() - begun)));
  const say = (statement) => tell("statement", { id: H5P.createUUID(), sequence: sequence(), version, statement });
  const measure = () => H5P.isFullscreen || tell("size", { height: document.body.scrollHeight });
  const each = (act) => H5P.instances.forEach((instance) => { try { act(instance); } catch (error) { H5P.error(error); } });

  const keep = () => {
    clearTimeout(waiting);
    waiting = undefined;
    if (H5PIntegration.saveFreq === false) return;
    each((instance) => {
      const state = instance.getCurrentState?.();
      if (state !== undefined) H5P.setUserData(instance.contentId, "state", state, { deleteOnChange: true });
    });
  };
  const keepSoon = () => { waiting ??= setTimeout(keep, 300); };
  const begin = () => { hasBegun = true; keepSoon(); };

  // States: the core asks its server through jQuery; the page around is its server here.
  const ajax = H5P.jQuery.ajax;
  H5P.jQuery.ajax = function (url, options) {
    const asked = typeof url === "object" ? url : { ...options, url };
    const [, dataType, subContentId] = /^socle-state\/(.+)\/([^/]+)$/.exec(asked.url) ?? [];
    if (!dataType) return ajax.apply(this, arguments);
    const { data } = asked.data ?? {};
    if (asked.type === "POST") tell("state", { sequence: sequence(), version, dataType, subContentId, data: data === 0 ? null : data });
    const answer = { success: true, data: false };
    asked.success?.(answer);
    return H5P.jQuery.Deferred().resolve(answer).promise();
  };

  H5P.externalDispatcher.on("xAPI", (event) => {
    say(event.data.statement);
    if (hasBegun) keepSoon();
  });
  H5P.externalDispatcher.on("initialized", () => {
    each((instance) => H5P.on(instance, "resize", () => setTimeout(measure, 50)));
    const { url } = H5PIntegration.contents[`cid-${H5PIntegration.socle.content}`];
    say({ verb: { id: "http://adlnet.gov/expapi/verbs/experienced" }, object: { id: url } });
    tell("ready");
  });

  addEventListener("DOMContentLoaded", () => {
    document.body.style.cssText = "height: auto; overflow: hidden";
    new ResizeObserver(measure).observe(document.body);
  });
  // Asked once the core has begun the content, or failed to.
  H5P.jQuery(() => {
    isDown = !H5P.instances.length;
    if (isDown) tell("failure");
  });
  // A picture that lacks is no trouble; a script that fails is.
  addEventListener("error", ({ target }) => {
    if (!isDown && (target === window || target.tagName === "SCRIPT")) tell("trouble");
  }, true);
  addEventListener("securitypolicyviolation", (event) => tell("blocked", { what: event.blockedURI.slice(0, 200) }));
  addEventListener("resize", () => {
    if (width === innerWidth) return;
    width = innerWidth;
    each((instance) => H5P.trigger(instance, "resize"));
  });
  for (const name of ["pointerup", "keyup", "click", "change", "input"]) addEventListener(name, begin, true);
  for (const name of ["blur", "pagehide", "visibilitychange"]) addEventListener(name, () => hasBegun && keep());
})();
