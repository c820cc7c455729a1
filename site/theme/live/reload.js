// Reloads the page when frontdesk-site serve has built the site anew. Only
// pages that are served this way load it.
"use strict";
(() => {
  const root = document.currentScript.src.replace(/theme\/reload\.js$/, "");
  let version = "";
  const ask = async () => {
    try {
      const answer = await fetch(root + ".frontdesk-version", { cache: "no-store" });
      const now = answer.ok ? await answer.text() : "";
      if (version && now && now !== version) location.reload();
      version = now || version;
    } catch {
      // The server is not there at the moment.
    }
    setTimeout(ask, 1000);
  };
  ask();
})();
