/* Passkeys: asks the browser for what the page says, puts the answer into the form and sends it. No request of its own. */
"use strict";
(() => {
  if (!window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const answer = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[part]) response[part] = text(made.response[part]);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
  };
  for (const place of document.querySelectorAll("[data-passkey]")) {
    const button = place.querySelector("button");
    const asked = JSON.parse(place.dataset.passkey);
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    for (const known of [...(asked.allowCredentials ?? []), ...(asked.excludeCredentials ?? [])]) known.id = bytes(known.id);
    place.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        const [ask, field] = asked.user ? ["create", "made"] : ["get", "proof_answer"];
        button.form.elements[field].value = answer(await navigator.credentials[ask]({ publicKey: asked }));
        button.form.submit();
      } catch {
        place.querySelector("[role=alert]").hidden = false;
      }
    });
  }
})();
