/* Verifies a proof file (证明文件) on this very device: no request leaves the page, and its policy lets none out.
 * The rules are those of docs/reference/log-format.md; what is written in another form is refused, as there. */
"use strict";

(() => {
  const HEAD = "c2sp.org/tlog-proof@v1";
  const MOST = 200000;
  const PARTS = ["line", "person", "id", "at", "session", "actor", "actor_kind", "organisation", "duty", "activity", "purpose",
    "basis", "case_ref", "fields", "look", "outcome", "shown", "question"];
  const UUIDS = ["person", "id", "session", "actor"];
  const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const utf8 = new TextEncoder();

  class Refused extends Error {
    constructor(reason, checks) { super(reason); this.checks = checks || []; }
  }
  const refuse = (reason, checks) => { throw new Refused(reason, checks); };

  /* ---- bytes ---- */

  const join = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of parts) { whole.set(one, at); at += one.length; }
    return whole;
  };
  const same = (a, b) => a.length === b.length && a.every((one, i) => one === b[i]);
  const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const text = (bytes, reason) => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return refuse(reason);
    }
  };
  const base64 = (coded, reason) => {
    let raw;
    try { raw = atob(coded); } catch { refuse(reason); }
    if (btoa(raw) !== coded) refuse(reason);
    return Uint8Array.from(raw, (one) => one.charCodeAt(0));
  };
  const hash = (coded, reason) => {
    const found = base64(coded, reason);
    return found.length === 32 ? found : refuse(reason);
  };
  const number = (digits, reason) => {
    if (!/^(0|[1-9][0-9]{0,15})$/.test(digits) || !Number.isSafeInteger(Number(digits))) refuse(reason);
    return Number(digits);
  };

  /* What kernel/note.py takes for a name: \s here has no U+0085, which is a space there, and both refuse U+FEFF. */
  const LINE = /^— ([^\s+\u0085\ufeff]+) (\S+)$/u;
  const MOST_SIGNATURES = 100;
  const LATEST = 2n ** 63n - 1n;

  /* ---- the file ---- */

  const parseProof = (data) => {
    const reason = "证明文件的写法不对";
    if (data.length > MOST) refuse(reason);
    let cut = -1;
    for (let i = 0; i + 1 < data.length && cut < 0; i++) if (data[i] === 10 && data[i + 1] === 10) cut = i;
    if (cut < 0) refuse(reason);
    const lines = text(data.subarray(0, cut), reason).split("\n");
    if (lines.shift() !== HEAD) refuse(reason);
    if (!lines.length || !lines[0].startsWith("extra ")) refuse("文件里没有这条记录的内容说明");
    const extra = base64(lines.shift().slice(6), reason);
    if (!lines.length || !lines[0].startsWith("index ") || lines.length > 64) refuse(reason);
    const index = number(lines.shift().slice(6), reason);
    return { extra, index, hashes: lines.map((one) => hash(one, reason)), note: data.subarray(cut + 2) };
  };

  const parseOpening = (data) => {
    const reason = "证明文件的内容说明写法不对";
    const written = text(data, reason);
    let facts;
    try { facts = JSON.parse(written); } catch { refuse(reason); }
    if (facts === null || typeof facts !== "object" || Array.isArray(facts)) refuse(reason);
    const keys = ["v", "salt", ...PARTS].sort();
    const again = `{${keys.map((one) => `${JSON.stringify(one)}:${JSON.stringify(facts[one])}`).join(",")}}`;
    if (again !== written || facts.v !== 1 || !/^[0-9a-f]{64}$/.test(facts.salt)) refuse(reason);
    for (const one of PARTS) {
      const good = one === "at" || one === "shown" ? Number.isSafeInteger(facts[one]) : typeof facts[one] === "string";
      if (!good || /\p{Cs}/u.test(facts[one]) || (UUIDS.includes(one) && !UUID.test(facts[one]))) refuse(reason);
    }
    return facts;
  };

  const parseNote = (data) => {
    const reason = "检查点的写法不对";
    const whole = text(data, reason);
    if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) refuse(reason);
    const cut = whole.lastIndexOf("\n\n");
    if (cut < 0 || !whole.endsWith("\n")) refuse(reason);
    const body = whole.slice(0, cut + 1);
    const signatures = whole.slice(cut + 2, -1).split("\n").map((line) => {
      const found = LINE.exec(line) || refuse(reason);
      const value = base64(found[2], reason);
      return value.length < 5 ? refuse(reason) : { name: found[1], id: hex(value.subarray(0, 4)), value: value.subarray(4) };
    });
    if (signatures.length > MOST_SIGNATURES) refuse(reason);
    const lines = body.split("\n");
    if (lines.length < 4 || lines.slice(0, -1).some((one) => !one)) refuse(reason);
    return { body, signatures, origin: lines[0], size: number(lines[1], reason), root: hash(lines[2], reason) };
  };

  /* ---- the tree ---- */

  const leafOf = async (facts) => {
    const canonical = PARTS.map((one) => String(facts[one])).map((one) => `${utf8.encode(one).length}:${one}`).join("");
    const salt = Uint8Array.from(facts.salt.match(/../g), (one) => parseInt(one, 16));
    const commitment = await sha256(join(salt, utf8.encode(`chengxin-line-v1${canonical}`)));
    return sha256(join([0, 1], commitment));
  };
  const climb = async (leaf, index, size, hashes) => {
    if (size === 1) return hashes.length ? refuse("证明的哈希个数不对") : leaf;
    if (!hashes.length) refuse("证明的哈希个数不对");
    let left = 1;
    while (left * 2 < size) left *= 2;
    const rest = hashes.slice(0, -1), top = hashes[hashes.length - 1];
    return index < left
      ? sha256(join([1], await climb(leaf, index, left, rest), top))
      : sha256(join([1], top, await climb(leaf, index - left, size - left, rest)));
  };

  /* ---- signatures ---- */

  const parseKey = async (written, kind) => {
    const [name, , ...rest] = written.split("+");
    const data = base64(rest.join("+"), "公钥的写法不对");
    if (data.length !== 33 || data[0] !== kind) refuse("公钥的写法不对");
    const id = hex((await sha256(join(utf8.encode(`${name}\n`), data))).subarray(0, 4));
    return { written, name, id, raw: data.subarray(1) };
  };
  const imported = async (key) => {
    try {
      return await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return null; // this browser does not know Ed25519: the page says so
    }
  };
  /* Whether the key signed: true, false (a wrong signature), null (no line of it); "unknown" where the browser cannot tell. */
  const signed = async (key, note, message, length) => {
    const lines = note.signatures.filter((one) => one.name === key.name && one.id === key.id);
    if (!lines.length) return null;
    if (lines.length > 1 || lines[0].value.length !== length) return false;
    const usable = await imported(key);
    if (!usable) return "unknown";
    const signature = lines[0].value.subarray(length - 64);
    return crypto.subtle.verify({ name: "Ed25519" }, usable, signature, utf8.encode(message(lines[0].value)));
  };
  const timeOf = (value) => new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0);

  const reached = (group, good) => group.members
    .filter((one) => typeof one === "string" ? good.has(one) : reached(one, good)).length >= group.least;
  const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

  /* Every witness of the policy, and whether there are enough; the same sentences as the command line's. */
  const vouched = async (note, policy, words) => {
    const good = new Set(), checks = [];
    let wrong = false, blind = false, count = 0;
    for (const written of policy.witnesses) {
      const key = await parseKey(written, 4), message = (value) => `cosignature/v1\ntime ${timeOf(value)}\n${note.body}`;
      const said = note.signatures.find((one) => one.name === key.name && one.id === key.id);
      const late = said && said.value.length === 72 && timeOf(said.value) > LATEST;
      const result = late ? false : await signed(key, note, message, 72);
      const facts = { name: key.name, time: result ? moment(Number(timeOf(said.value)), words) : "" };
      if (result === true) { count += 1; checks.push(["good", fill(words.signed, facts)]); }
      else if (result === "unknown") { blind = true; checks.push(["open", `这个浏览器不能核对见证人 ${key.name} 的签名。`]); }
      else if (result === false) { wrong = true; checks.push(["wrong", fill(words.wrong, facts)]); }
      else checks.push(["none", fill(words.absent, facts)]);
      if (result) good.add(written);
    }
    const enough = reached(policy.quorum, good), facts = { all: policy.witnesses.length, good: count };
    if (!policy.witnesses.length) checks.push(["open", words.nobody]);
    else if (!blind) checks.push(enough ? ["good", fill(words.reached, facts)] : ["wrong", fill(words.missed, facts)]);
    if (wrong) refuse("有见证人的签名不对", checks);
    return enough ? { checks, blind } : refuse("见证人的共同签名不够", checks);
  };

  const verify = async (data, policy, words) => {
    const checks = [];
    const proof = parseProof(data), facts = parseOpening(proof.extra), note = parseNote(proof.note);
    if (proof.index >= note.size) refuse("序号超出日志的范围");
    if (!same(await climb(await leafOf(facts), proof.index, note.size, proof.hashes), note.root)) {
      refuse("内容与日志不符：这条记录不在日志的这个位置，或者被改过");
    }
    checks.push(["good", `内容与日志第 ${proof.index} 条的存证值相符，它是检查点里 ${note.size} 条中的一条。`]);
    const logs = (await Promise.all(policy.logs.map((one) => parseKey(one, 1)))).filter((one) => one.name === note.origin);
    if (!logs.length) refuse("检查点属于另一个日志");
    const own = await Promise.all(logs.map((key) => signed(key, note, () => note.body, 64)));
    if (own.includes(false)) refuse("日志的签名不对");
    if (own.every((one) => one === null)) refuse("没有这个日志的签名");
    const blind = own.includes("unknown");
    checks.push(blind ? ["open", "这个浏览器不会核对签名（Ed25519），日志的签名没有核对。"] : ["good", `日志 ${note.origin} 的签名有效。`]);
    const witnesses = await vouched(note, policy, words);
    checks.push(...witnesses.checks);
    if (blind || witnesses.blind) checks.push(["open", "签名没有全部核对。请换一个新版浏览器，或者用下面的其他办法。"]);
    return { facts, checks, whole: !blind && !witnesses.blind };
  };

  /* ---- the page ---- */

  const moment = (seconds, words) => {
    const found = new Date(seconds * 1000);
    if (Number.isNaN(found.getTime()) || found.getUTCFullYear() > 9998) return words.never; // as the command line
    return found.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }); // 2026-11-18 12:00:00
  };
  const make = (tag, words, kind) => {
    const made = document.createElement(tag);
    if (words) made.textContent = words;
    if (kind) made.className = kind;
    return made;
  };
  const MARKS = { good: ["已核对", "tag good"], open: ["没有核对", "tag wait"], none: ["没有签名", "tag"], wrong: ["不对", "tag late"] };
  const KINDS = { look: "查看", act: "办理", shown: "展示了内容" };

  const show = (place, found, names) => {
    const facts = found.facts;
    const rows = [
      ["时间", moment(Math.floor(facts.at / 1e6), names.vouches)],
      ["事项", `${KINDS[facts.line] || facts.line}：${names.purposes[facts.purpose] || names.activities[facts.activity] || facts.activity}`],
      ["单位", names.organisations[facts.organisation] || facts.organisation || "本人"],
      ["依据", facts.basis],
      ["业务编号", facts.case_ref],
    ].filter((row) => row[1]);
    const list = make("dl", "", "facts");
    for (const [name, value] of rows) {
      const row = make("div");
      row.append(make("dt", name), make("dd", value));
      list.append(row);
    }
    place.append(
      make("h2", found.whole ? "证明有效" : "只核对了一部分"),
      make("p", found.whole ? "这条记录写进了日志，写进以后没有改动。" : "内容与日志相符，但是签名没有全部核对，不能当作有效。"),
      list, make("h3", "核对了什么"), listed(found.checks),
    );
  };
  const listed = (checks) => {
    const made = make("ul", "", "rows");
    for (const [mark, words] of checks) {
      const item = make("li", "", "look");
      item.append(make("span", MARKS[mark][0], MARKS[mark][1]), make("p", words));
      made.append(item);
    }
    return made;
  };

  const start = () => {
    const form = document.getElementById("verify");
    const place = document.getElementById("result");
    if (!form || !place) return;
    form.hidden = false;
    form.addEventListener("change", async () => {
      const file = form.querySelector("input[type=file]").files[0];
      if (!file) return;
      place.replaceChildren();
      place.className = "card";
      try {
        if (!globalThis.crypto || !crypto.subtle) refuse("这个浏览器在这个地址不能核对（需要 https 和较新的浏览器）");
        const names = JSON.parse(form.dataset.names), policy = JSON.parse(form.dataset.policy);
        const found = await verify(new Uint8Array(await file.slice(0, MOST + 1).arrayBuffer()), policy, names.vouches);
        place.classList.add(found.whole ? "ok" : "due");
        show(place, found, names);
      } catch (error) {
        place.classList.add("bad");
        place.replaceChildren(make("h2", "证明无效"),
          make("p", error instanceof Refused ? `${error.message}。` : "核对没有完成，不能当作有效。"));
        if (error.checks && error.checks.length) place.append(make("h3", "核对了哪些见证人"), listed(error.checks));
      }
      place.scrollIntoView({ block: "nearest" }); // the focus stays where it is: the region says itself what changed
    });
  };
  document.addEventListener("DOMContentLoaded", start);
})();
