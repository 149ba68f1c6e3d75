// The words that texts of this project do not use, each with what to write instead. One word has one meaning, which
// docs/glossary.md gives; a sentence has a subject, a verb and the term that an operator would search for.

/** A number with its unit and noun, and the nouns that are counted: what precedes "a second" when it is a rate. */
const AMOUNT = String.raw`\d[\d.,]*(?: ?(?:%|(?!(?:is|are|was|were|has|not|of|for|in|by|to|with|as|wakes?|cannot|from)\b)\p{L}+)){0,2}`;
const COUNTED = String.raw`\b(?:results|requests|packets|probes|rows|bytes|messages|times|once|twice|events|blocks|pings)`;
const RATE_UNIT =
  'second|minute|hour|day|week|month|shard|target|agent|result|row|page|process|user|client|partition|request|connection';
/** Words after "a second" that make it something other than a rate. */
const NO_RATE = String.raw`(?! (?:time|later|ago|or|of|old|long|after|before|is|that|has)\b)`;

/**
 * @typedef {{ pattern: RegExp, instead: string, comments?: true }} Entry
 * `pattern` is tried on prose without code, on comments alone if `comments` is set; `instead` completes "write …".
 */

/**
 * @param {string} words alternatives, lower case; the first letter may be a capital
 * @param {string} instead
 * @returns {Entry}
 */
const words = (words, instead) => ({
  pattern: new RegExp(
    String.raw`(?<![\p{L}\d_-])(?:${words
      .split('|')
      .map((word) => `[${word[0].toUpperCase()}${word[0]}]${word.slice(1)}`)
      .join('|')})(?![\p{L}\d_])`,
    'gu',
  ),
  instead,
});

/**
 * @param {string} source
 * @param {string} instead
 * @returns {Entry}
 */
const phrase = (source, instead) => ({ pattern: new RegExp(source, 'gu'), instead });

/** @type {readonly Entry[]} */
export const wordList = [
  // Who does it: name the actor.
  words('whoever|whomever|somebody|nobody|anybody|everybody', 'the actor: the client, the projector, no client'),
  phrase(String.raw`\b[Tt]hose (?:who|that|which)\b`, 'the noun: "agents that …"'),
  phrase(String.raw`\b(?:[Aa]ll|[Oo]ne|[Hh]e) who\b`, 'the noun: "every client that …"'),

  {
    pattern: /^\s*(?:What|Who|Whom|Whose|That which)\b(?![^.]*\?)/gu,
    instead: 'the noun, or "Returns …": a comment begins with its subject',
    comments: true,
  },

  // What programs do.
  words('tell|tells|telling|told', 'reports, publishes, notifies; is notified; distinguishes'),
  words('say|says|saying|said', 'reports, prints, shows, states'),
  words('hear|hears|hearing|heard', 'receives, gets a report from; last report'),
  words('learns of|learnt of|learned of', 'is notified of, receives'),
  phrase(String.raw`\b[Aa]sk(?:s|ed|ing)? whether\b`, 'checks whether, queries'),
  phrase(String.raw`\b[Ll]ook(?:s|ed|ing)? (?:whether|if|after)\b`, 'checks whether, monitors'),
  words('sees to it|see to it|sees to that', 'ensures'),
  words('wants', 'requires, needs, expects'),
  words('owes|owed', 'has to, still has to'),
  phrase(String.raw`\b(?:[Pp]uts?|[Pp]utting) out\b`, 'evicts, bans'),
  words('takes away|took away|taken away', 'removes'),
  words('mend|mends|mended|mending', 'fixes, repairs'),
  words('dies|died|dying', 'exits, crashes, fails'),

  // State and time.
  words('goes on|go on|going on|went on|gone on', 'continues, happens'),
  words('stands|stood|standing', 'holds, is stored, is; current'),
  phrase(String.raw`(?<!410 )\b[Gg]one\b`, 'removed, ended, lost'),
  words('beside', 'during, alongside, next to'),
  words('anew|once more|afresh', 'again'),
  words('any more|anymore', 'no longer'),
  words('at once', 'immediately, at the same time, together'),
  words('straight away|right away|forthwith', 'immediately'),
  words('lately|of late', 'recently'),
  phrase(String.raw`\b[Ff]or good\b(?! measure)`, 'permanently'),
  words('so long|so many|so much|so few', 'this long, this many; while; how many'),
  words('whatever|whichever', 'regardless of …, any'),
  phrase(
    String.raw`\b[Hh]owever (?:many|much|long|often|old|few|large|big|small|far|short|late|slow|high|it|they|that)\b`,
    'regardless of how …',
  ),
  phrase(
    String.raw`(?<!\b(?:[Aa]ny|[Nn]o|[Ss]ome|[Ee]very)(?: ?(?:thing|one|where|body))? )(?<!\b(?:[Ww]hat|[Ww]ho|[Ww]here|[Aa]nyone) )(?<!@|\bdo )\b[Ee]lse\b(?! if\b)`,
    'otherwise',
  ),
  words('unless said', 'unless set'),
  words('in vain', 'without result'),
  words('lest|hence|thereof|therein|whence|amiss|albeit|aught|naught|ere', 'plain words: so that … not, so, of it'),

  // Rates.
  phrase(String.raw`(?:${AMOUNT}|${COUNTED}) an? (?:${RATE_UNIT})\b${NO_RATE}`, '"per second", "per shard"'),
  phrase(
    String.raw`\b(?:an?|one|two|three|four|\d+) (?!(?:for|of)\b)\p{L}+ (?:each|apiece)\b(?! (?:of|other|time)\b)`,
    '"one … per …"',
  ),

  // Grammar of the dialect.
  phrase(String.raw`\b(?:[Aa]n) own\b`, '"its own", "a separate"'),
  phrase(
    String.raw`\b(?:is|was|are|were) no (?!longer|more|less|worse|better|different|such|other|way|need|reason|room|one|limit|answer|evidence|difference|guarantee)\p{Ll}+(?=[.,;:)]|$| and\b| or\b| of\b)`,
    '"is not a …"',
  ),

  // Names of this project that have one term now.
  words('road|roads', 'pipeline'),
  words('muted|mutes', 'already committed'),
  phrase(String.raw`(?<!committed |look |clock[^]*)\b[Aa]head\b(?! of\b|[^]*clock)`, 'committed ahead, first'),
  words('the cut|a cut|whose cut', 'watermark; truncation'),
];
