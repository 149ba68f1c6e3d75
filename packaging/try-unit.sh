#!/bin/sh
# Runs the agent's systemd unit for real, with systemd as PID 1 in a container without network: install, run, restart by the watchdog,
# restart of the machine, removal. By hand, as root, after `npm run build`: sh packaging/try-unit.sh [FOLDER]. It needs systemd-nspawn
# (package systemd-container) and mmdebstrap. The folder keeps Debian's tree for the next run; default: a temporary one, removed at the end.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
kit=$here/dist/agent-kit
name=icmpmon-unit-$$
dir=${1-}
[ -n "$dir" ] && mkdir -p "$dir" || { dir=$(mktemp -d) && is_temporary=yes; }
tree=$dir/tree leader='' container=''

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
clean_up() {
  [ -z "$leader" ] || kill -KILL "$leader" 2>/dev/null || true
  [ -z "$container" ] || wait "$container" 2>/dev/null || true
  [ -z "${is_temporary-}" ] || rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

inside() { nsenter -t "$leader" -m -u -i -n -p -C -- "$@"; }
property() { inside systemctl show icmp-mon-agent -p "$1" --value; }
# Waits up to $1 s until the rest of the arguments succeed.
until_ok() {
  left=$(($1 * 5)) && shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1)) && [ "$left" -gt 0 ] || return 1
    sleep 0.2
  done
}
step() { printf '%s %s\n' "$(date +%T)" "$*"; }
is_active() { [ "$(property ActiveState)" = active ]; }
key_sum() { sha256sum <"$tree/var/lib/private/icmp-mon-agent/agent.key"; }

boot() {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --register=no --keep-unit --private-network -M "$name" -b -D "$tree" \
    </dev/null >"$dir/console.log" 2>&1 &
  container=$!
  until_ok 60 pgrep -P "$container" || fail "the container did not start: $dir/console.log"
  leader=$(pgrep -P "$container" | head -1)
  until_ok 60 inside systemctl is-system-running --wait || step "systemd reports: $(inside systemctl is-system-running || true)"
}

[ -f "$kit/SHA256SUMS" ] || fail 'there is no agent kit: npm run build'
if [ ! -x "$tree/sbin/init" ]; then
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources | head -1)
  step 'building the tree'
  mmdebstrap --variant=minbase --include=systemd,systemd-sysv,dbus,fping,mtr-tiny trixie "$tree" "$mirror" >"$dir/mmdebstrap.log" 2>&1 ||
    fail "mmdebstrap: $dir/mmdebstrap.log"
fi

# As the join command writes them; the gateway does not exist.
mkdir -p "$tree/usr/lib/icmp-mon" "$tree/etc/icmp-mon" "$tree/etc/systemd/system/icmp-mon-agent.service.d"
cp "$kit/agent.js" "$kit/join.sh" "$kit/SHA256SUMS" "$tree/usr/lib/icmp-mon/"
gunzip -c "$kit"/node-linux-*.gz >"$tree/usr/lib/icmp-mon/node"
chmod 755 "$tree/usr/lib/icmp-mon/node"
cp "$kit/agent.service" "$tree/etc/systemd/system/icmp-mon-agent.service"
printf '[Service]\nWatchdogSec=8\n' >"$tree/etc/systemd/system/icmp-mon-agent.service.d/watchdog.conf"
printf 'allow: [127.0.0.0/8]\n' >"$tree/etc/icmp-mon/policy.yaml"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=test -days 1 -out "$tree/etc/icmp-mon/ca.pem" 2>/dev/null
printf '%s\n' 'ICMPMON_AGENT_ENROL_URL="https://127.0.0.1:1"' 'ICMPMON_AGENT_ENROL_TOKEN="imt_0"' 'ICMPMON_AGENT_NAME="fra-1"' \
  'ICMPMON_AGENT_CA_FILE="/etc/icmp-mon/ca.pem"' >"$tree/etc/icmp-mon/agent.env"

boot
step "booted systemd $(inside systemctl --version | head -1 | cut -d ' ' -f 2)"
inside systemd-analyze verify /etc/systemd/system/icmp-mon-agent.service || fail 'systemd-analyze verify'
inside systemctl -q enable --now icmp-mon-agent || fail 'the unit does not start'
until_ok 30 is_active || fail "the unit is $(property ActiveState)"
pid=$(property MainPID)
step "active after READY=1, user $(inside stat -c %u "/proc/$pid"), $(inside grep CapEff "/proc/$pid/status" | tr -s '\t' ' ')"
step "exposure: $(inside systemd-analyze security icmp-mon-agent 2>/dev/null | tail -1 | sed 's/[^ -~]*//g')"
until_ok 30 test -s "$tree/var/lib/private/icmp-mon-agent/agent.key" || fail 'the agent wrote no key'
before=$(key_sum)

step 'doctor, as root inside:'
inside env ICMPMON_AGENT_ENROL_URL=https://127.0.0.1:1 ICMPMON_AGENT_STATE_DIR=/var/lib/private/icmp-mon-agent \
  ICMPMON_AGENT_POLICY_FILE=/etc/icmp-mon/policy.yaml /usr/lib/icmp-mon/node /usr/lib/icmp-mon/agent.js doctor || [ $? = 1 ]

inside kill -STOP "$pid"
step "SIGSTOP of $pid, WatchdogSec=8"
restarted() { [ "$(property NRestarts)" = 1 ] && is_active && [ "$(property MainPID)" != "$pid" ]; }
until_ok 40 restarted || fail "not restarted: $(property ActiveState), $(property NRestarts) restarts"
step "restarted by the watchdog: $(property NRestarts) restart, pid $(property MainPID)"
[ "$(key_sum)" = "$before" ] || fail 'the key changed'
inside systemctl poweroff || true
wait "$container" || true
leader='' container=''
boot
until_ok 30 is_active || fail 'not active after a restart of the machine'
[ "$(key_sum)" = "$before" ] || fail 'the key changed with the restart'
step 'active after a restart of the machine, with the same key'
inside sh /usr/lib/icmp-mon/join.sh --uninstall --yes >/dev/null || fail 'removal'
for left in etc/icmp-mon usr/lib/icmp-mon var/lib/private/icmp-mon-agent var/lib/icmp-mon-agent etc/systemd/system/icmp-mon-agent.service; do
  [ ! -e "$tree/$left" ] || fail "$left is still there"
done
step 'removed: unit, files, state'
inside systemctl poweroff || true
wait "$container" || true
leader='' container=''
rm -rf "$tree/etc/systemd/system/icmp-mon-agent.service.d"
printf 'passed\n'
