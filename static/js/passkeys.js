// Logging in with a key: the browser asks for finger, face or PIN, and its answer is posted in a plain form.

const options = () => JSON.parse(document.getElementById("passkey-options").textContent);

async function create(form) {
  const asked = options().creation_options;
  const alone = Boolean(form.elements.passwordless?.checked);
  const chosen = asked.publicKey.authenticatorSelection;
  chosen.residentKey = alone ? "required" : "discouraged";
  chosen.requireResidentKey = alone;
  if (alone) chosen.userVerification = "required";
  return window.webauthnJSON.create(asked);
}

async function login(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error("no options");
  return window.webauthnJSON.get((await answer.json()).request_options);
}

const ceremonies = { create, login, get: () => window.webauthnJSON.get(options().request_options) };

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = form.querySelector("[data-passkey-error]");
    error.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await ceremonies[form.dataset.passkey](form));
      form.submit();
    } catch {
      error.hidden = false;
    }
  });
}
