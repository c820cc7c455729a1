// Searches the records in self.frontdesk, which the files of the index fill.
// All text reaches the page by textContent, so nothing in a record is markup.
"use strict";
(() => {
  const HREF = 0, ID = 1, TYPE = 2, TITLE = 3, STATE = 4, LOOK = 5, FIELDS = 6, TEXT = 7;
  const STEP = 50, BEFORE = 60, AFTER = 200;
  const records = self.frontdesk || [];
  const form = document.getElementById("search");
  const input = document.getElementById("q");
  const type = document.getElementById("type");
  const status = document.getElementById("status");
  const list = document.getElementById("results");
  const more = document.getElementById("more");
  const types = Array.from(type.options, (o) => o.textContent);
  let folded = null;
  let found = [];
  let words = [];
  let wholes = [];

  const fold = (s) => s.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();

  // The folded texts are made at the first search.
  const index = () => folded || (folded = records.map((r) => ({
    id: fold(r[ID]), title: fold(r[TITLE]), fields: fold(r[STATE] + " " + r[FIELDS]), text: fold(r[TEXT]),
  })));

  // Every word must occur somewhere. What matters most is a whole id or the end
  // of one, then the title, where whole words and the words in a row count more.
  const score = (f) => {
    let sum = words.length > 1 && f.title.includes(words.join(" ")) ? 50 : 0;
    for (let i = 0; i < words.length; i++) {
      const w = words[i];
      let s = 0;
      if (f.id === w) s = 1000;
      else if (f.id.endsWith("-" + w)) s = 500;
      else if (f.id.includes(w)) s = 10;
      if (f.title.includes(w)) s += 30 + (wholes[i].test(f.title) ? 40 : 0);
      if (f.fields.includes(w)) s += 5;
      if (f.text.includes(w)) s += 2;
      if (s === 0) return 0;
      sum += s;
    }
    return sum;
  };

  // A pattern that finds a word where no letter or digit stands beside it.
  const whole = (w) => new RegExp("(?<![\\p{L}\\p{N}])" + w.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") + "(?![\\p{L}\\p{N}])", "u");

  const search = () => {
    words = fold(input.value).split(/\s+/).filter(Boolean);
    wholes = words.map(whole);
    found = [];
    if (words.length > 0) {
      index().forEach((f, i) => {
        if (type.value !== "" && records[i][TYPE] !== Number(type.value)) return;
        const s = score(f);
        if (s > 0) found.push([s, i]);
      });
      found.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    }
    list.replaceChildren();
    status.textContent = words.length === 0 ? `${records.length} records to search in.`
      : found.length === 1 ? "1 record found." : `${found.length} records found.`;
    show();
  };

  const show = () => {
    const from = list.childElementCount;
    for (const [, i] of found.slice(from, from + STEP)) list.append(item(records[i]));
    const left = found.length - list.childElementCount;
    more.hidden = left <= 0;
    more.textContent = `Show ${Math.min(STEP, left)} more of ${left}`;
  };

  const element = (name, cls, text) => {
    const e = document.createElement(name);
    if (cls) e.className = cls;
    if (text) e.append(...marked(text));
    return e;
  };

  // A text with the words that were looked for in <mark>.
  const marked = (text) => {
    const chars = Array.from(text);
    const plain = [];
    const at = [];
    chars.forEach((c, i) => { for (const f of fold(c)) { plain.push(f); at.push(i); } });
    const flat = plain.join("");
    const hit = new Array(chars.length).fill(false);
    let offsets = null;
    for (const w of words) {
      for (let i = flat.indexOf(w); i >= 0; i = flat.indexOf(w, i + w.length)) {
        offsets = offsets || unitOffsets(plain);
        for (let u = i; u < i + w.length; u++) hit[at[offsets[u]]] = true;
      }
    }
    const out = [];
    for (let i = 0; i < chars.length;) {
      let j = i;
      while (j < chars.length && hit[j] === hit[i]) j++;
      const part = chars.slice(i, j).join("");
      if (hit[i]) {
        const m = document.createElement("mark");
        m.textContent = part;
        out.push(m);
      } else {
        out.push(document.createTextNode(part));
      }
      i = j;
    }
    return out;
  };

  // For every code unit of the joined characters, which character it is of.
  const unitOffsets = (chars) => {
    const out = [];
    chars.forEach((c, i) => { for (let u = 0; u < c.length; u++) out.push(i); });
    return out;
  };

  // The stretch of a text around the first word that is found in it.
  const snippet = (text) => {
    const low = fold(text);
    let first = -1;
    for (const w of words) {
      const i = low.indexOf(w);
      if (i >= 0 && (first < 0 || i < first)) first = i;
    }
    const from = Math.max(0, first - BEFORE);
    const cut = text.slice(from, from + BEFORE + AFTER);
    return (from > 0 ? "… " : "") + cut + (from + cut.length < text.length ? " …" : "");
  };

  const item = (r) => {
    const li = document.createElement("li");
    const head = document.createElement("p");
    head.className = "head";
    const a = element("a", "", r[TITLE]);
    a.href = r[HREF];
    head.append(a);
    if (r[STATE]) {
      const state = document.createElement("span");
      state.className = r[LOOK];
      state.textContent = r[STATE];
      head.append(state);
    }
    head.append(element("span", "id", r[ID]));
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = types[r[TYPE] + 1] || "";
    head.append(kind);
    li.append(head);
    if (r[TEXT]) li.append(element("p", "words", snippet(r[TEXT])));
    else if (r[FIELDS]) li.append(element("p", "words", snippet(r[FIELDS])));
    return li;
  };

  // The question stands in the address, so that it can be passed on.
  const remember = () => {
    const params = new URLSearchParams();
    if (input.value) params.set("q", input.value);
    if (type.value) params.set("type", type.value);
    const query = params.toString();
    history.replaceState(null, "", query ? "?" + query : location.pathname);
  };

  const start = () => {
    const params = new URLSearchParams(location.search);
    input.value = params.get("q") || "";
    type.value = params.get("type") || "";
    if (type.selectedIndex < 0) type.value = "";
    search();
    input.focus();
  };

  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { remember(); search(); }, 120);
  };
  input.addEventListener("input", soon);
  type.addEventListener("change", soon);
  form.addEventListener("submit", (e) => { e.preventDefault(); clearTimeout(timer); remember(); search(); });
  more.addEventListener("click", () => {
    const next = list.childElementCount;
    show();
    const link = list.children[next] && list.children[next].querySelector("a");
    if (link) link.focus();
  });
  start();
})();
