// Counts a text as the platforms do. The numbers and patterns come from the server, which counts the same way.

const encoder = new TextEncoder();
const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });

export function makeCounter(rules, patterns) {
  const address = new RegExp(rules.address, "giu");
  const written = new RegExp(patterns.address, "giu");
  const mention = new RegExp(patterns.mention, "giu");
  const emoji = new RegExp(patterns.emoji, "gu");
  const light = (point) => patterns.light.some(([first, last]) => first <= point && point <= last);

  const measures = {
    utf16: (text) => text.length,
    bytes: (text) => encoder.encode(text).length,
    graphemes: (text) => [...segmenter.segment(text)].length,
    weighted: (text) => {
      const rest = text.replace(emoji, "");
      const found = (text.match(emoji) || []).length;
      return 2 * found + [...rest].reduce((sum, sign) => sum + (light(sign.codePointAt(0)) ? 1 : 2), 0);
    },
    emoji_bytes: (text) => {
      const found = text.match(emoji) || [];
      return [...text].length + found.reduce((sum, one) => sum + encoder.encode(one).length - [...one].length, 0);
    },
  };

  function length(text) {
    let whole = text.replaceAll("\r\n", "\n");
    if (rules.measure === "weighted") whole = whole.normalize("NFC");
    if (rules.linkLength === null) return measures[rules.measure](whole);
    const addresses = (whole.match(address) || []).length;
    let rest = whole.replace(address, "\n");
    if (rules.shortMentions) rest = rest.replace(mention, "$1");
    return measures[rules.measure](rest) + addresses * (rules.linkLength - 1);
  }

  function plain(link) {
    const [host, ...path] = (link.match(written) || [link])[0].replace(/^https?:\/\//i, "").split("/");
    return [host.toLowerCase(), ...path].join("/").replace(/\/+$/, "");
  }

  function asPublished(text, byline, links) {
    const ends = byline.trim() ? [byline.trim()] : [];
    const there = new Set((text.match(written) || []).map(plain));
    if (rules.linksWork) ends.push(...links.filter((link) => !there.has(plain(link))));
    return [text.trimEnd(), ends.join("\n")].filter(Boolean).join("\n\n");
  }

  return { length, asPublished };
}
