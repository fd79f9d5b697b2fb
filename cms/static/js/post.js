// Sends what is written by itself, and says in a word what became of it: kept, refused, away, signed out or broken.
export const WORDS = {
  away: "Gardé sur cet appareil : la connexion manque. Ce sera envoyé dès son retour.",
  "signed out": "Gardé sur cet appareil : votre session a pris fin. Rechargez la page pour vous reconnecter.",
  broken: "Gardé sur cet appareil : le site ne peut pas l'enregistrer. Rechargez la page dans un moment.",
};

export async function post(address, body) {
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { "X-Autosave": "1" }, redirect: "manual" });
  } catch {
    return { is: "away" };
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { is: "signed out" };
  try {
    return { ...(await answer.json()), is: answer.ok ? "kept" : "refused" };
  } catch {
    return { is: "broken" };
  }
}
