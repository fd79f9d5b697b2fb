// One post to the site, and what its answer comes to: `saved` words, or `error` words; `again` when it can be tried
// again, after `wait` milliseconds; `isOut` when one has to sign in first.
const KEPT = "Ce que vous avez fait est gardé sur cet appareil";
const FOR_KEEPALIVE = 60_000; // browsers let 64 KiB outlive a page

const token = () => /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";

function body(batch) {
  const [{ kind, version, sequence, dataType, subContentId, data }] = batch;
  if (kind === "state") return JSON.stringify({ version, sequence, dataType, subContentId, data });
  return JSON.stringify({ statements: batch.map(({ id, sequence, version: at, statement }) => ({ id, sequence, version: at, statement })) });
}

// `person` is whom the page was opened for: the site refuses what it would otherwise give to whoever came since.
export async function post(address, person, batch) {
  const text = body(batch);
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      body: text,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "X-Socle-Person": person },
      redirect: "manual",
      keepalive: text.length < FOR_KEEPALIVE,
    });
  } catch {
    return { again: true, error: `Hors connexion. ${KEPT} et partira dès que la connexion revient.` };
  }
  const { saved, error } = await response.json().catch(() => ({}));
  if (response.type === "opaqueredirect" || response.status === 401) {
    return { again: true, isOut: true, error: `${error ?? "Votre session a pris fin."} ${KEPT} et partira une fois reconnecté.` };
  }
  if (response.ok) return { saved };
  if (response.status === 429) return { again: true, wait: 1_000 * Number(response.headers.get("Retry-After")), error };
  if (response.status >= 500 || response.status === 403) {
    return { again: true, error: `Le site ne répond pas comme prévu. ${KEPT} et sera envoyé plus tard.` };
  }
  return { error: error ?? "Le site a refusé un résultat." };
}
