// The list of conversations and the one that is open. Reads the page's own data: `facts` (what numbers mean), `index` (an entry for each
// conversation) and `block-N` (a hundred conversations in gzip and base64, unpacked when one of them is wanted). Text goes into the page
// as text, never as markup.
"use strict";
(() => {
  const PAGE = 50;
  const SELECTED_BLOCKS = 8;
  const byId = id => document.getElementById(id);
  const facts = JSON.parse(byId("facts").textContent);
  const index = JSON.parse(byId("index").textContent);
  const word = key => facts.words[key] ?? key;
  const filters = byId("filters");
  const fields = Object.fromEntries(["text", "category", "rule", "agent", "from", "to", "order", "flagged"].map(id => [id, byId(id)]));
  const list = byId("list"), detail = byId("detail");
  let shown = [], page = 0, selected = -1, opened = -1;

  // An element with attributes and children; strings become text.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter(child => child !== undefined && child !== null && child !== ""));
    return element;
  }

  // ---- Data

  const blocks = new Map();

  async function block(number) {
    if (!blocks.has(number)) {
      const packed = Uint8Array.from(atob(byId(`block-${number}`).textContent), c => c.charCodeAt(0));
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      const lines = (await new Response(stream).text()).split("\n");
      if (blocks.size >= SELECTED_BLOCKS) blocks.delete(blocks.keys().next().value);
      blocks.set(number, lines);
    }
    return blocks.get(number);
  }

  async function conversation(number) {
    const lines = await block(Math.floor(number / facts.block));
    return JSON.parse(lines[number % facts.block]);
  }

  // What can be searched of each conversation; made on the first search.
  let texts = null;

  async function readTexts() {
    if (texts) return;
    byId("count").textContent = word("searching");
    const read = [];
    for (let start = 0; start < index.length; start += facts.block) {
      const lines = await block(start / facts.block);
      for (let number = start; number < Math.min(start + facts.block, index.length); number++) {
        const said = JSON.parse(lines[number % facts.block]).turns.map(turn => turn.text).join("\n");
        read.push(folded(`${index[number].id}\n${said}`));
      }
    }
    texts = read;
  }

  const folded = text => text.normalize("NFKC").toLowerCase();

  // ---- Filters

  function options(select, values) {
    for (const [value, label] of values) select.append(make("option", { value }, label));
  }

  const counts = facts.rules.map(() => 0);
  for (const entry of index) for (const rule of entry.rules ?? []) counts[rule]++;
  const used = facts.rules.map((rule, number) => ({ ...rule, number })).filter(rule => counts[rule.number] > 0);
  used.sort((one, other) => counts[other.number] - counts[one.number]);
  options(fields.rule, used.map(rule => [rule.id, `${rule.id} (${counts[rule.number]})`]));
  options(fields.category, [...new Set(used.map(rule => rule.category))].map(category => [category, category]));
  options(fields.agent, [...facts.agents].sort((one, other) => one.localeCompare(other)).map(agent => [agent, agent]));
  fields.agent.hidden = facts.agents.length === 0;
  fields.order.querySelector("[value=time]").hidden = !index.some(entry => entry.start !== undefined);

  let search = 0;

  async function filter() {
    const mine = ++search;
    const text = folded(fields.text.value.trim());
    if (text) {
      await readTexts();
      if (mine !== search) return;
    }
    const rule = fields.rule.value && facts.rules.findIndex(of => of.id === fields.rule.value);
    const ofCategory = new Set(facts.rules.flatMap((of, number) => of.category === fields.category.value ? [number] : []));
    const agent = fields.agent.value && facts.agents.indexOf(fields.agent.value);
    const from = fields.from.value === "" ? 0 : Number(fields.from.value);
    const to = fields.to.value === "" ? 100 : Number(fields.to.value);
    shown = index.map((_, number) => number).filter(number => {
      const entry = index[number], rules = entry.rules ?? [];
      return (entry.score === undefined ? from === 0 && to === 100 : entry.score >= from && entry.score <= to)
        && (!fields.flagged.checked || entry.findings > 0)
        && (rule === "" || rules.includes(rule))
        && (fields.category.value === "" || rules.some(of => ofCategory.has(of)))
        && (agent === "" || (entry.agents ?? []).includes(agent))
        && (!text || texts[number].includes(text));
    });
    const orders = {
      score: (one, other) => (index[one].score ?? 101) - (index[other].score ?? 101),
      findings: (one, other) => index[other].findings - index[one].findings,
      time: (one, other) => (index[other].start ?? -Infinity) - (index[one].start ?? -Infinity),
    };
    const order = orders[fields.order.value];
    if (order) shown.sort((one, other) => order(one, other) || one - other);
    page = 0;
    selected = shown.indexOf(opened);
    for (const bar of document.querySelectorAll(".bar")) {
      bar.classList.toggle("chosen", fields.from.value === bar.dataset.from && fields.to.value === bar.dataset.to);
    }
    showList();
  }

  filters.addEventListener("input", filter);
  filters.addEventListener("submit", event => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(filter));

  // Shows the list with one filter only.
  function only(values) {
    filters.reset();
    for (const [name, value] of Object.entries(values)) fields[name].value = value;
    filter();
    byId("browse").scrollIntoView({ behavior: "smooth" });
  }

  for (const bar of document.querySelectorAll(".bar[role]")) {
    const choose = () => only({ from: bar.dataset.from, to: bar.dataset.to });
    bar.addEventListener("click", choose);
    bar.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); choose(); }
    });
  }
  for (const button of document.querySelectorAll("[data-rule]")) button.addEventListener("click", () => only({ rule: button.dataset.rule }));
  for (const button of document.querySelectorAll("[data-agent]")) button.addEventListener("click", () => only({ agent: button.dataset.agent }));

  // ---- The list

  const level = score => score === undefined ? "" : score < 60 ? "low" : score < 80 ? "middling" : "high";

  // As report/time.rs: dates by clocks eight hours ahead of UTC, all else since the conversation or its day began.
  function time(ms) {
    if (ms >= 1e11) return new Date(ms + 28800000).toISOString().slice(0, 16).replace("T", " ");
    const two = number => String(number).padStart(2, "0");
    const [minutes, seconds] = [Math.floor(ms / 60000), two(Math.floor(ms / 1000) % 60)];
    return minutes < 60 ? `${minutes}:${seconds}` : `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${seconds}`;
  }

  function showList() {
    const first = page * PAGE, pages = Math.max(1, Math.ceil(shown.length / PAGE));
    byId("count").textContent = shown.length ? `${shown.length} / ${index.length} ${word("shown")}` : word("none");
    list.replaceChildren(...shown.slice(first, first + PAGE).map((number, at) => {
      const entry = index[number];
      const who = (entry.agents ?? []).map(agent => facts.agents[agent]).join("、");
      const about = [who, entry.start >= 1e11 ? time(entry.start) : "", `${entry.turns} ${word("turns")}`].filter(Boolean).join(" · ");
      const rules = (entry.rules ?? []).map(rule => facts.rules[rule]);
      const chips = [...new Map(rules.map(rule => [rule.category, rule])).values()];
      return make("li", { "data-number": number, "aria-selected": String(first + at === selected), onclick: () => { selected = first + at; open(number); } },
        make("span", { class: `points ${level(entry.score)}` }, String(entry.score ?? "–")),
        make("div", {}, entry.id, make("small", {}, about),
          chips.slice(0, 4).map(rule => [make("span", { class: `chip ${rule.severity}` }, rule.category), " "]).flat()));
    }));
    byId("page").textContent = `${page + 1} / ${pages}`;
    byId("previous").disabled = page === 0;
    byId("next").disabled = page + 1 >= pages;
  }

  function turnPage(by) {
    page += by;
    showList();
    list.scrollTop = 0;
  }
  byId("previous").addEventListener("click", () => turnPage(-1));
  byId("next").addEventListener("click", () => turnPage(1));

  function select(at) {
    if (!shown.length) return;
    selected = Math.max(0, Math.min(shown.length - 1, at));
    page = Math.floor(selected / PAGE);
    showList();
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
    if (opened >= 0) open(shown[selected], true);
  }

  // ---- A conversation

  async function open(number, stay) {
    opened = number;
    for (const item of list.children) item.setAttribute("aria-selected", String(Number(item.dataset.number) === number));
    history.replaceState(null, "", `#${number + 1}`);
    if (typeof DecompressionStream === "undefined") {
      detail.replaceChildren(make("p", { class: "empty" }, word("old-browser")));
      return;
    }
    const data = await conversation(number);
    if (opened !== number) return;
    showConversation(index[number], data);
    if (!stay) {
      if (matchMedia("(max-width: 900px)").matches) detail.scrollIntoView();
      else if (detail.getBoundingClientRect().top < 0) byId("browse").scrollIntoView();
      detail.focus({ preventScroll: true });
    }
  }

  function close() {
    opened = -1;
    history.replaceState(null, "", location.pathname + location.search);
    detail.replaceChildren(make("p", { class: "empty" }, word("choose")));
    for (const item of list.children) item.setAttribute("aria-selected", "false");
  }

  const numbered = (key, number) => word(key).replace("{}", number);

  function links(turns) {
    return turns.flatMap(turn => [" ", make("button", { type: "button", class: "turnlink", onclick: () => light(turn) }, numbered("turn", turn))]);
  }

  function light(turn) {
    for (const lit of detail.querySelectorAll(".lit")) lit.classList.remove("lit");
    const element = detail.querySelector(`[data-turn="${turn}"]`);
    element?.classList.add("lit");
    element?.scrollIntoView({ behavior: "smooth", block: "center" });
  }

  // The words of a turn, marked where findings stand; findings may overlap.
  function marked(turn) {
    const findings = (turn.findings ?? []).filter(of => of.waived === undefined);
    const cuts = [...new Set([0, turn.text.length, ...findings.flatMap(of => of.span)])].sort((one, other) => one - other);
    const weight = { error: 2, warning: 1, note: 0 };
    return cuts.slice(1).map((end, at) => {
      const start = cuts[at], text = turn.text.slice(start, end);
      const here = findings.filter(of => of.span[0] <= start && of.span[1] >= end).map(of => facts.rules[of.rule]);
      if (!here.length) return text;
      here.sort((one, other) => weight[other.severity] - weight[one.severity]);
      return make("mark", { class: here[0].severity, title: here.map(rule => `${rule.category}：${rule.message}`).join("\n") }, text);
    });
  }

  function findingCard(finding) {
    const rule = facts.rules[finding.rule];
    return make("div", { class: finding.waived === undefined ? `finding ${rule.severity}` : "finding waived", title: finding.fingerprint },
      finding.waived === undefined ? "" : make("div", {}, `${word("waived")}：${finding.waived}`),
      make("div", {}, make("span", { class: `chip ${rule.severity}` }, `${rule.severity_name} ${rule.category}`), " ", make("code", {}, rule.id),
        finding.confidence === "low" && make("small", {}, ` ${word("doubtful")}`) || ""),
      make("div", {}, rule.message),
      finding.assumed && make("div", {}, `${word("assumed")}：${finding.assumed}`) || "",
      finding.evidence && make("div", {}, make("small", {}, `${word("evidence")}：${finding.evidence.join("、")}`)) || "",
      (finding.suggestions ?? []).map(of => make("div", {}, `${word("say")}：`, make("span", { class: "better" }, of.text), " ",
        make("small", {}, word(of.safety) + (of.reason ? `：${of.reason}` : "")))));
  }

  function showTurn(turn) {
    const name = turn.agent === undefined ? word(`speaker-${turn.speaker}`) : `${word(`speaker-${turn.speaker}`)} ${facts.agents[turn.agent]}`;
    const chips = [...(turn.signals ?? []).map(event => make("span", { class: "chip signal warning", title: word("signals") }, facts.events[event].name)),
      ...(turn.steps ?? []).map(event => make("span", { class: facts.events[event].is_bad ? "chip warning" : "chip step good", title: word("steps") }, facts.events[event].name))];
    return make("div", { class: `turn ${turn.speaker}`, "data-turn": turn.turn },
      make("div", { class: "who", title: numbered("line", turn.line) }, name, make("br"), make("small", {}, [String(turn.turn), turn.start === undefined ? "" : time(turn.start)].filter(Boolean).join(" · "))),
      make("div", { class: "said" }, marked(turn)),
      chips.length || turn.findings ? make("div", { class: "more" }, chips.flatMap(chip => [chip, " "]), (turn.findings ?? []).map(findingCard),
        turn.reworded && make("div", { class: "reworded" }, `${word("say-all")}：`, make("span", { class: "better" }, turn.reworded)) || "") : "");
  }

  function part(title, items) {
    return items.length ? [make("h3", {}, title), make("ul", { class: "plain" }, items)] : [];
  }

  function showConversation(entry, data) {
    const look = { violated: 0, pending: 1, satisfied: 2, "not-applicable": 3 };
    const flow = [...data.flow].sort((one, other) => look[one.verdict] - look[other.verdict]);
    const states = { open: ["", "open"], kept: ["good", "kept"], broken: ["error", "broken-promise"] };
    detail.replaceChildren(
      make("div", { class: "top" },
        make("span", { class: `points ${level(entry.score)}` }, String(entry.score ?? "–")),
        make("h2", {}, entry.id, " ", make("small", {}, facts.files[entry.file])),
        entry.critical ? make("span", { class: "chip error" }, word("critical")) : "",
        make("button", { type: "button", class: "close", onclick: close }, word("close"))),
      make("div", { class: "dimensions" }, ["empathic", "attractive", "credible", "responsive"].map(key =>
        make("span", { title: word(`${key}-why`) }, `${word(`${key}-need`)} `, make("b", { class: level(data.care[key]) }, String(data.care[key]))))),
      ...part(word("notes"), data.notes.map(of => make("li", {}, make("span", { class: "chip note" }, facts.rules[of.rule].category), ` ${facts.rules[of.rule].message}`, links(of.turns)))),
      ...data.turns.map(showTurn),
      ...part(word("verdicts"), flow.map(of => {
        const rule = facts.rules[of.rule];
        const chip = { violated: rule.severity, satisfied: "good" }[of.verdict] ?? "";
        if (of.waived !== undefined) return make("li", { class: "quiet" }, make("span", { class: "chip" }, word("waived")), " ", make("code", {}, rule.id), ` ${of.waived}`, links(of.turns));
        return make("li", { class: of.verdict === "violated" ? undefined : "quiet" }, make("span", { class: `chip ${chip}` }, word(of.verdict)), rule.name ? ` ${rule.name} ` : " ", make("code", {}, rule.id),
          ` ${of.reason} `, of.verdict === "violated" ? make("small", {}, rule.message) : "", of.verdict === "not-applicable" ? [] : links(of.turns));
      })),
      ...part(word("promises"), data.promises.map(of => make("li", {}, make("span", { class: `chip ${states[of.state][0]}` }, word(states[of.state][1])),
        ` ${of.what} `, make("small", {}, of.when ?? word("no-time"), of.due ? ` · ${word("due")} ${time(of.due)}` : ""), links([of.turn])))),
      ...part(word("deductions"), data.deductions.length ? data.deductions.map(of => make("li", {}, make("b", {}, of.critical ? word("critical") : `−${of.points}`), " ", make("code", {}, of.rule),
        of.times > 1 ? ` ×${of.times}` : "", ...(of.agents ?? []).map(agent => ` ${facts.agents[agent]}`), " ", make("small", {}, word(`${of.care}-need`)), links(of.turns))) : [make("li", { class: "quiet" }, word("no-deductions"))]));
    detail.scrollTop = 0;
  }

  // ---- Keys

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else close();
      return;
    }
    if (typing) {
      if (event.key === "Enter" && event.target === fields.text) { event.target.blur(); select(0); }
      return;
    }
    if (event.key === "j") select(selected + 1);
    else if (event.key === "k") select(selected - 1);
    else if (event.key === "/") { event.preventDefault(); fields.text.focus(); }
    else if (event.key === "Enter" && !event.target.matches("button, summary") && selected >= 0) open(shown[selected]);
  });

  const wanted = Number(location.hash.slice(1)) - 1;
  filter().then(() => { if (index[wanted]) { selected = shown.indexOf(wanted); open(wanted); } });
})();
