const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const NAME_LENGTH_MAX = 253;
const ANY_BELOW = '*.';

/** Names of hosts: `www.example.org`, or `*.example.org` for all names below it. */
export class HostNames {
  /** Throws a RangeError that quotes an invalid one. */
  constructor(readonly texts: readonly string[]) {
    for (const text of texts) {
      const name = text.startsWith(ANY_BELOW) ? text.slice(ANY_BELOW.length) : text;
      if (!isHostName(name))
        throw new RangeError(`"${text}" is not a host name such as www.example.org or *.example.org`);
    }
  }

  /** Whether one of the names matches; upper and lower case, and a dot at the end, make no difference. */
  has(host: string): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    return this.texts.some((text) => {
      const own = text.toLowerCase();
      return own.startsWith(ANY_BELOW) ? name.endsWith(own.slice(1)) : name === own;
    });
  }
}

function isHostName(text: string): boolean {
  return (
    text.length <= NAME_LENGTH_MAX &&
    text
      .toLowerCase()
      .split('.')
      .every((label) => LABEL.test(label))
  );
}
