// What the page says when the frame of an activity tells of a trouble.
export const TROUBLES = {
  failure: "Cette activité ne s'affiche pas. Rechargez la page ; si cela ne change rien, prévenez votre formateur.",
  trouble: "Un élément de cette activité a rencontré un problème. Si elle ne répond plus, rechargez la page : ce qui est enregistré le reste.",
  blocked: "Une partie de cette activité vient d'un autre site : elle n'est pas affichée.",
};
