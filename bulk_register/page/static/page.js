// What moves on the page: progress as it comes, a dropped file, a search in the rows. All else is plain forms.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);

  const follow = () => {
    const source = new EventSource("/events");
    source.onmessage = (event) => {
      const now = JSON.parse(event.data);
      if (now.state !== document.body.dataset.state) {
        source.close();
        location.assign(document.querySelector("[data-live]").dataset.live || "/");
        return;
      }
      const bar = byId("done");
      if (!bar || now.total === undefined) return;
      bar.max = now.total || 1;
      bar.value = now.done;
      byId("words").textContent = now.words;
      const left = byId("left");
      if (left.textContent !== now.left) left.textContent = now.left;
      const waiting = byId("waiting");
      const words = now.waiting ? `${waiting.dataset.words}: ${now.waiting}` : "";
      if (waiting.textContent !== words) waiting.textContent = words;
      byId("stopping").hidden = !now.stopping;
    };
    addEventListener("pagehide", () => source.close());
  };

  const upload = (form) => {
    const input = byId("roster");
    const bar = byId("sent");
    const alert = byId("upload_alert");
    const fail = (words) => {
      bar.hidden = true;
      alert.hidden = false;
      alert.textContent = words;
    };
    const send = () => {
      alert.hidden = true;
      bar.hidden = false;
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
      };
      request.onload = () => {
        if (request.status === 413) fail(form.dataset.large);
        else if (request.status === 200) location.assign("/");
        else document.documentElement.replaceWith(
          new DOMParser().parseFromString(request.responseText, "text/html").documentElement);
      };
      request.onerror = () => fail(form.dataset.failed);
      request.send(new FormData(form));
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    input.addEventListener("change", () => input.files.length && send());
    for (const name of ["dragenter", "dragover"]) {
      addEventListener(name, (event) => {
        event.preventDefault();
        form.classList.add("over");
      });
    }
    addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));
    addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      send();
    });
  };

  const filter = (box) => {
    box.hidden = false;
    const rows = [...document.querySelectorAll("table.problems tbody tr")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const kinds = rows.map((row) => [...row.querySelectorAll(".status")].map((cell) => cell.textContent));
    const [search, only, shown] = ["search", "only", "shown"].map(byId);
    box.addEventListener("input", () => {
      const wanted = search.value.toLowerCase();
      const kind = only ? only.value : "";
      rows.forEach((row, place) => {
        row.hidden = !texts[place].includes(wanted) || Boolean(kind && !kinds[place].includes(kind));
      });
      shown.textContent = shown.dataset.words.replace("{number}", rows.filter((row) => !row.hidden).length);
    });
  };

  // what is wrong is the first thing to be read out, also where it came with the page
  const wrong = document.querySelector("main [role=alert]:not([hidden])");
  if (wrong) {
    wrong.tabIndex = -1;
    wrong.focus();
  }
  if (document.querySelector("[data-live]")) follow();
  if (byId("upload")) upload(byId("upload"));
  document.querySelectorAll("[data-filter]").forEach(filter);
})();
