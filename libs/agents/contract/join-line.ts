/** Settings with which a machine becomes an agent; the portal asks the operator for the first four. */
export interface JoinSettings {
  name: string;
  region: string;
  provider: string;
  /** Ranges such as `10.0.0.0/8`: the agent probes only addresses in them. */
  allow: readonly string[];
  token: string;
  enrolUrl: string;
  /** Hex SHA-256 of the CA's certificate (DER). */
  caSha256: string;
}

/** How long apt may wait for its lock: a machine that was just booted installs its own updates for some minutes. */
const LOCK_WAIT_S = 300;
const LOCK_TRIES_MAX = 60;

/** Returns the command line that makes a machine an agent when root pastes it into a shell. With `--yes` appended it does not ask. */
export function joinLine({ name, region, provider, allow, token, enrolUrl, caSha256 }: JoinSettings): string {
  const settings = {
    URL: enrolUrl.replace(/\/+$/, ''),
    CA: caSha256,
    TOKEN: token,
    NAME: name,
    REGION: region,
    PROVIDER: provider,
    ALLOW: allow.join(' '),
  };
  const variables = Object.entries(settings).map(([key, value]) => `ICMPMON_JOIN_${key}=${quoted(value)}`);
  return `${variables.join(' ')} sh -c '${bootstrap()}' icmp-mon-join`;
}

/** Returns the text as one quoted shell word, regardless of its content. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Returns the script inside the command line. It downloads the CA certificate, compares it with the SHA-256 from the command line, and runs
 * the installer of the agent kit (`packaging/join.sh`), downloaded over TLS with that CA as the only trust anchor. The reasons for its
 * details:
 * - The CA file is written again from the bytes that were compared, so the rest of the response is ignored.
 * - It connects as the agent does: without a proxy, and without a `.curlrc`, which can change curl's output.
 * - `su` without `-` keeps a PATH in which dpkg does not find its programs, so the PATH is extended.
 * - The first response is not authenticated yet, so it is cut at 64 KiB, more than any certificate needs.
 * - It contains no single quotes, because it is written between two.
 */
function bootstrap(): string {
  return [
    'set -eu; export PATH="$PATH:/usr/sbin:/sbin"; t=$(mktemp -d); trap "rm -rf \\"\\$t\\"" EXIT; trap "exit 130" INT TERM HUP',
    'command -v curl >/dev/null || { echo "This machine has no curl, which is needed to download the installer."',
    'if [ "${1-}" != --yes ]; then printf "Install curl with apt-get? [y/N] "; read -r a </dev/tty; [ "$a" = y ] || { echo "Nothing was changed."; exit 1; }; fi',
    `umask 022; export DEBIAN_FRONTEND=noninteractive; n=0; until LC_ALL=C apt-get -qq update 2>"$t/apt" || ! grep "Could not get lock" "$t/apt" || [ $n -ge ${LOCK_TRIES_MAX} ]; do n=$((n + 1)); echo "Retrying in 5 s ..."; sleep 5; done; cat "$t/apt"`,
    `apt-get -qqy -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=${LOCK_WAIT_S} install --no-install-recommends curl >/dev/null || { echo "curl could not be installed. Install it, then paste the command again."; exit 1; }; } >&2`,
    '{ curl -q -sSfk --noproxy "*" --connect-timeout 10 -m 60 "$ICMPMON_JOIN_URL/v1/ca" || :; } | head -c 65536 | sed /^-----/d | base64 -d >"$t/der" 2>/dev/null || :',
    '[ "$(sha256sum <"$t/der" | cut -c 1-64)" = "$ICMPMON_JOIN_CA" ] || { echo "$ICMPMON_JOIN_URL is unreachable or belongs to another installation. Nothing was changed." >&2; exit 1; }',
    '{ echo -----BEGIN CERTIFICATE-----; base64 "$t/der"; echo -----END CERTIFICATE-----; } >"$t/ca.pem"',
    'curl -q -sSf --noproxy "*" --connect-timeout 10 -m 300 --retry 5 --cacert "$t/ca.pem" -o "$t/join.sh" "$ICMPMON_JOIN_URL/v1/kit/join.sh" || { [ $? != 60 ] || echo "Check the clock of this machine. It shows $(date -u)." >&2; exit 1; }',
    'ICMPMON_JOIN_CA_FILE=$t/ca.pem sh "$t/join.sh" "$@"',
  ].join('; ');
}
