"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("with-script");

  // Light or dark: as the system has it, until the reader chooses.
  const theme = document.getElementById("theme");
  const dark = () => root.style.colorScheme
    ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const paint = scheme => {
    if (scheme) root.style.colorScheme = scheme;
    theme.textContent = dark() ? "Light" : "Dark";
  };
  const memory = (...value) => {
    try { return value.length ? localStorage.setItem("theme", value[0]) : localStorage.getItem("theme"); }
    catch { return null; }
  };
  paint(memory());
  theme.addEventListener("click", () => { paint(dark() ? "light" : "dark"); memory(root.style.colorScheme); });

  // Claims: by verdict, by evidence, by words.
  const claims = all(".claims > li"), buttons = all("[data-filter]");
  const find = document.getElementById("find-claim"), evidence = document.getElementById("evidence");
  let verdict = "";
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const claim of claims) {
      const fits = (!verdict || claim.dataset.verdict === verdict)
        && (!evidence.value || claim.dataset.evidence === evidence.value)
        && words.every(word => claim.dataset.text.includes(word));
      claim.hidden = !fits;
      count += fits;
    }
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.filter === verdict);
    document.getElementById("claims-shown").textContent = count === claims.length ? "" : `${count} shown`;
  };
  const choose = word => { verdict = word; filter(); };
  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.filter));
  for (const link of all("a[data-verdict]")) link.addEventListener("click", () => choose(link.dataset.verdict));
  find?.addEventListener("input", filter);
  evidence?.addEventListener("change", filter);

  // A permalink opens what it leads to, also when a filter hides it.
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.hidden) { find.value = evidence.value = ""; choose(""); }
    const inside = target.matches(".claims > li") && target.querySelector("details");
    for (let each = inside || target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  follow();

  // Tables: sorted by a column, found by words, downloaded as they stand.
  const key = cell => cell.dataset.key === undefined ? cell.textContent.trim().toLowerCase()
    : cell.dataset.key === "inf" ? Infinity : Number(cell.dataset.key);
  const less = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
  const rows = table => table.tBodies.length > 1 ? [...table.tBodies] : [...table.tBodies[0].rows];
  const cells = row => [...(row.rows ? row.rows[0] : row).cells];
  const sort = (table, column, head) => {
    const down = head.getAttribute("aria-sort") !== "descending";
    const sorted = rows(table).map(row => [key(cells(row)[column]), row])
      .sort(([a], [b]) => down ? less(b, a) : less(a, b)).map(([, row]) => row);
    sorted[0]?.parentElement.append(...sorted);
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  for (const table of all("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if ("unsorted" in head.dataset) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, column, head));
    });
  }
  for (const input of all("[data-find]")) {
    const table = document.querySelector(input.dataset.find);
    const cards = new Map(all(".card[id]").map(card => [card.id, card]));
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows(table)) {
        row.hidden = !words.every(word => row.dataset.text.toLowerCase().includes(word));
        const card = cards.get("activation-" + row.cells[0].textContent.trim());
        if (card) card.hidden = row.hidden;
      }
    });
  }
  const text = cell => cell.innerText.trim().replace(/\s+/g, " ");
  const csv = lines => lines.map(line => line.map(field => `"${field.replaceAll('"', '""')}"`).join(",")).join("\r\n") + "\r\n";
  const json = ([heads, ...lines]) => JSON.stringify(
    lines.map(line => Object.fromEntries(line.map((field, k) => [heads[k], field]))), null, 1) + "\n";
  const save = (name, type, content) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  for (const table of all("table[data-download]")) {
    const tools = document.createElement("p");
    tools.className = "tools small";
    const lines = () => [table.tHead.rows[0], ...rows(table)].map(row => cells(row).map(text));
    for (const [kind, type, write] of [["csv", "text/csv", csv], ["json", "application/json", json]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = kind.toUpperCase();
      button.setAttribute("aria-label", `download ${table.dataset.download} as ${kind.toUpperCase()}`);
      button.addEventListener("click", () => save(`${table.dataset.download}.${kind}`, type, write(lines())));
      tools.append(button, " ");
    }
    table.closest(".scroll").after(tools);
  }

  for (const button of all("[data-copy]")) button.addEventListener("click", async () => {
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
})();
