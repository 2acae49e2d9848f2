// JSON as it was written, indented and coloured. Never parsed: JavaScript's numbers would lose digits of 64-bit ones.

import { h } from "./dom.ts";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

export function pretty(text: string): HTMLElement {
  const out = h("pre", { class: "json", tabindex: 0 });
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  tokens.forEach((token, at) => {
    const next = tokens[at + 1];
    switch (token) {
      case "{": case "[":
        if (next === "}" || next === "]") { out.append(token); break; }
        depth++;
        out.append(token, line());
        break;
      case "}": case "]": {
        const before = tokens[at - 1];
        if (before === "{" || before === "[") { out.append(token); break; }
        depth = Math.max(0, depth - 1);
        out.append(line(), token);
        break;
      }
      case ",": out.append(",", line()); break;
      case ":": out.append(": "); break;
      default: {
        const kind = token.startsWith('"') ? (next === ":" ? "key" : "string") : /^[-\d]/.test(token) ? "number" : "word";
        out.append(h("span", { class: kind }, token));
      }
    }
  });
  return out;
}
