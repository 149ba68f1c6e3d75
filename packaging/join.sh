#!/bin/sh
# Makes this machine an agent of ICMP-Mon, or removes the agent. Copy the command line from the portal (Agents, "Add an agent"): it
# verifies the gateway's CA by the SHA-256 in the line, downloads this script over TLS, and sets the variables ICMPMON_JOIN_….
set -euf
umask 077
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
# "su" without "-" leaves a PATH without the programs that dpkg needs.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

unit=icmp-mon-agent
# A machine that has just booted may install its own updates for some minutes.
lock_wait_s=300
root='' yes='' uninstall='' work='' has_turn=''

usage() {
  cat <<'END'
join.sh [--yes] [--root DIR]              installs the agent with the settings of the command line from the portal
join.sh --uninstall [--yes] [--root DIR]  removes the agent from this machine
  --yes        skips the confirmation
  --root DIR   installs only below DIR: no packages, no service
END
}

fail() {
  printf 'ICMP-Mon: %s\n' "$*" >&2
  exit 1
}

clean_up() {
  [ -z "$work" ] || rm -rf "$work"
  # Without the lock, the temporary files belong to another run of this script.
  [ -n "$has_turn" ] || return 0
  rm -f "$lib/node.new" "$lock"
  rmdir "$lib" "$etc" 2>/dev/null || true
}

# Allows only one run at a time to change the machine. The lock's folder belongs to root, so that no other user can replace the lock by a link.
take_turn() {
  mkdir -p "$root/run"
  exec 9>"$lock"
  ! has flock || flock -n 9 || fail 'another join command is running on this machine. Wait until it has finished, then paste the command again. Nothing was changed.'
  has_turn=yes
}

ask() {
  [ -z "$yes" ] || return 0
  printf '\nContinue? [y/N] '
  # Standard input may be the pipe through which the shell reads this script.
  if [ -t 0 ]; then read -r answer; elif (: </dev/tty) 2>/dev/null; then read -r answer </dev/tty; else
    fail 'there is no terminal for the confirmation. Nothing was changed. Add --yes at the end of the command.'
  fi
  case $answer in y | Y | yes) ;; *) fail 'nothing was changed.' ;; esac
}

has() { command -v "$1" >/dev/null 2>&1; }
runs_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

# Prints the value of one variable of agent.env, as it is written there.
stored() { [ ! -f "$etc/agent.env" ] || sed -n "s/^$1=\"\\(.*\\)\"\$/\\1/p" "$etc/agent.env"; }

check_settings() {
  for variable in URL CA CA_FILE TOKEN NAME REGION PROVIDER ALLOW; do
    eval "value=\${ICMPMON_JOIN_$variable-}"
    [ -n "$value" ] || fail "ICMPMON_JOIN_$variable is missing: copy the whole command from the portal, Agents, Add an agent."
    [ "$value" = "$(printf '%s' "$value" | tr -d '\000-\037\177')" ] || fail "ICMPMON_JOIN_$variable contains a control character."
  done
  case $ICMPMON_JOIN_NAME in *[!A-Za-z0-9.-]*) fail 'the name of an agent may contain only letters, digits, dots and hyphens.' ;; esac
  for range in $ICMPMON_JOIN_ALLOW; do
    case $range in *[!0-9A-Fa-f.:/]*) fail "\"$range\" is not a range such as 10.0.0.0/8 or 2001:db8::/32." ;; esac
  done
  found=$(stored ICMPMON_AGENT_NAME)
  [ -z "$found" ] || [ "$found" = "$ICMPMON_JOIN_NAME" ] ||
    fail "this machine is already the agent $found. Remove it first: sh $lib/join.sh --uninstall"
}

# Downloads a file. Connects as the agent does, without a proxy, and ignores .curlrc, which might disable the verification.
fetch() {
  # Less than 1 kB/s for 30 s counts as a failed connection, and curl retries.
  curl -q -fS "$2" --noproxy '*' --cacert "$ICMPMON_JOIN_CA_FILE" --connect-timeout 10 --speed-limit 1000 --speed-time 30 \
    --retry 10 --retry-max-time 300 \
    -o "$work/$1" "$ICMPMON_JOIN_URL/v1/kit/$1" || {
    # curl exits with 60 when it rejects the server's certificate.
    [ $? != 60 ] || printf 'Check the clock of this machine. It shows %s.\n' "$(date -u)" >&2
    fail "downloading $1 from $ICMPMON_JOIN_URL failed; see the reason above. Nothing was installed."
  }
}

sum_of() { sed -n "s/^\\([0-9a-f]\\{64\\}\\)  $1\$/\\1/p" "$2"; }
version_of() { sed -n "s/^# $1 //p" "$work/SHA256SUMS"; }

fetch_checked() {
  fetch "$1" "$2"
  wanted=$(sum_of "$1" "$work/SHA256SUMS")
  found=$(sha256sum <"$work/$1" | cut -c 1-64)
  [ "$wanted" = "$found" ] ||
    fail "the SHA-256 of $1 is $found instead of $wanted. Nothing was installed. Paste the command again."
}

# Sets $node to the file in the agent kit; sets $own_node when this machine's own Node 24 is used instead.
choose_node() {
  [ ! -e /etc/alpine-release ] || fail 'this Node 24 does not run on Alpine Linux, because its C library is musl. Use Debian.'
  machine=$(uname -m)
  case $machine in x86_64) arch=x64 ;; aarch64 | arm64) arch=arm64 ;; *) fail "there is no Node 24 for $machine, only for x86_64 and arm64." ;; esac
  node=node-linux-$arch.gz own_node=''
  [ -z "$(sum_of "$node" "$work/SHA256SUMS")" ] || return 0
  own_node=$(command -v node || true)
  case $("${own_node:-false}" --version 2>/dev/null || true) in
    v24.*) ;;
    *) fail "this installation of ICMP-Mon has Node 24 only for $(sed -n 's/.*  node-linux-\(.*\).gz/\1/p' "$work/SHA256SUMS"), and this machine is $arch.
  Either install Node 24 here, or add it to the installation (docs/agent.md, \"Other architectures\"), and paste the command again." ;;
  esac
}

choose_packages() {
  missing='' manager=''
  [ -z "$root" ] || return 0
  has fping || missing=fping; has mtr || missing="$missing mtr"
  [ -n "$missing" ] || return 0
  if has apt-get; then manager=apt-get missing=$(printf '%s' "$missing" | sed 's/mtr/mtr-tiny/'); elif has dnf; then manager=dnf; else
    fail "this machine has neither apt-get nor dnf. Install ${missing# } (fping 5.0 or later) yourself and paste the command again."
  fi
}

is_current() { # installed file, name in the kit
  [ -f "$1" ] && [ -f "$lib/SHA256SUMS" ] && [ "$(sum_of "$2" "$lib/SHA256SUMS")" = "$(sum_of "$2" "$work/SHA256SUMS")" ]
}

print_plan() {
  printf '%s\n' "This machine becomes the agent $ICMPMON_JOIN_NAME (region $ICMPMON_JOIN_REGION, provider $ICMPMON_JOIN_PROVIDER)" \
    "of the ICMP-Mon installation at $ICMPMON_JOIN_URL. The command will:"
  [ -z "$missing" ] || printf '  - install with %s: %s\n' "$manager" "$missing"
  if [ -n "$own_node" ]; then printf '  - use the Node 24 of this machine (%s)\n' "$own_node"; elif is_current "$lib/node" "$node"; then
    printf '  - keep Node %s in %s\n' "$(version_of node)" "$lib"
  else
    printf '  - download Node %s (%s, %s MB) into %s and verify its SHA-256\n' "$(version_of node)" "$arch" "$(version_of "$node")" "$lib"
  fi
  printf '  - download the agent %s into %s and verify its SHA-256\n' "$(version_of agent)" "$lib"
  printf '  - write %s/agent.env, which only root can read\n' "$etc"
  if [ -f "$etc/policy.yaml" ]; then printf '  - keep %s/policy.yaml unchanged\n' "$etc"; else
    printf '  - write %s/policy.yaml: the agent may probe %s and nothing else\n' "$etc" "$ICMPMON_JOIN_ALLOW"
  fi
  if runs_systemd; then
    printf '  - write and start the service %s, with its own user and the capability to send pings\n' "$unit"
    printf '  - wait until the gateway has the first result\n'
  fi
  printf '  - write %s/icmpmon-agent, linked as %s, which runs the agent and checks it\n' "$lib" "$link"
  printf 'To remove it later: sh %s/join.sh --uninstall%s\n' "$lib" "${root:+ --root $root}"
}

# Updates the package lists. apt-get itself waits only for the lock of dpkg, not for that of the lists.
update_lists() {
  waited_s=0
  until (umask 022 && apt-get -q update) </dev/null >"$work/packages.log" 2>&1; do
    grep -q 'Could not get lock' "$work/packages.log" && [ "$waited_s" -lt "$lock_wait_s" ] || return 1
    [ "$waited_s" != 0 ] || printf 'Another package manager is running. Waiting for it ...\n'
    sleep 1
    waited_s=$((waited_s + 1))
  done
}

install_packages() {
  [ -n "$missing" ] || return 0
  printf 'Installing %s ...\n' "$missing"
  { [ "$manager" != apt-get ] || update_lists; } && (
    umask 022
    # Unquoted on purpose: $missing is a list of names.
    case $manager in
      apt-get) apt-get -qy -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout="$lock_wait_s" install --no-install-recommends $missing ;;
      dnf) dnf -q -y install $missing ;;
    esac
  ) </dev/null >"$work/packages.log" 2>&1 9>&- || {
    cat "$work/packages.log" >&2
    fail "$manager could not install $missing; see its message above. No file was installed. Fix the cause and paste the command again."
  }
}

# Replaces a file by a rename. Sets $changed when the content is different.
put() { # file, place, mode
  if cmp -s "$1" "$2"; then return 0; fi
  cp "$1" "$2.new"
  chmod "$3" "$2.new"
  mv -f "$2.new" "$2"
  changed=yes
}

# Sets $new_node to the Node to use from now on; it is moved to its final path together with the other files.
unpack_node() {
  new_node=$lib/node
  if [ -n "$own_node" ]; then
    [ "$(readlink "$lib/node" || true)" = "$own_node" ] || { new_node=$lib/node.new && ln -sf "$own_node" "$new_node"; }
  elif ! is_current "$lib/node" "$node"; then
    new_node=$lib/node.new
    gunzip -c "$work/$node" >"$new_node"
    chmod 755 "$new_node"
  fi
  "$new_node" --version >/dev/null || fail 'Node 24 does not run on this machine. It needs glibc 2.28 or later. No file was installed.'
}

quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$`]/\\&/g')"; }

write_env() {
  port=$(stored ICMPMON_OPS_PORT)
  [ -n "$port" ] || port=$("$new_node" "$work/agent.js" free-port)
  printf 'ICMPMON_AGENT_%s=%s\n' ENROL_URL "$(quoted "$ICMPMON_JOIN_URL")" ENROL_TOKEN "$(quoted "$ICMPMON_JOIN_TOKEN")" \
    CA_SHA256 "$(quoted "$ICMPMON_JOIN_CA")" NAME "$(quoted "$ICMPMON_JOIN_NAME")" REGION "$(quoted "$ICMPMON_JOIN_REGION")" \
    PROVIDER "$(quoted "$ICMPMON_JOIN_PROVIDER")"
  printf 'ICMPMON_OPS_PORT="%s"\n' "$port"
}

write_policy() {
  printf '%s\n' '# Addresses that this agent may probe, regardless of what the server assigns. The agent refuses all others.' \
    '# The join command writes this file once and never changes it. The agent applies your changes within seconds.' allow:
  printf '  - "%s"\n' $ICMPMON_JOIN_ALLOW && printf 'packetsPerSecond: 2000\n'
}

write_command() {
  printf '%s\n' '#!/bin/sh' '# Runs a command of the agent with its settings, for example: icmpmon-agent doctor' 'set -a' 'umask 077' \
    "[ ! -r '$etc/agent.env' ] || . '$etc/agent.env'" NODE_ENV=production \
    "ICMPMON_AGENT_STATE_DIR='$root/var/lib/icmp-mon-agent'" "ICMPMON_AGENT_POLICY_FILE='$etc/policy.yaml'" \
    "exec '$lib/node' --max-old-space-size=384 --max-semi-space-size=16 '$lib/agent.js' \"\$@\""
}

install_files() {
  changed=''
  mkdir -p "$lib" "$etc"
  chmod 755 "$lib" "$etc"
  unpack_node
  [ -f "$etc/policy.yaml" ] && cp "$etc/policy.yaml" "$work/policy.yaml" || write_policy >"$work/policy.yaml"
  "$new_node" "$work/agent.js" policy check "$work/policy.yaml" >/dev/null ||
    fail "the agent would not start with $etc/policy.yaml. No file was installed."
  write_env >"$work/agent.env"
  [ "$new_node" = "$lib/node" ] || { mv -f "$new_node" "$lib/node" && changed=yes; }
  put "$work/agent.js" "$lib/agent.js" 644
  put "$work/agent.env" "$etc/agent.env" 600
  put "$work/policy.yaml" "$etc/policy.yaml" 644
  ! runs_systemd || put "$work/agent.service" "/etc/systemd/system/$unit.service" 644
  write_command >"$work/icmpmon-agent"
  put "$work/icmpmon-agent" "$lib/icmpmon-agent" 755
  (umask 022 && mkdir -p "${link%/*}" && ln -sf "$lib/icmpmon-agent" "$link")
  put "$work/join.sh" "$lib/join.sh" 644
  put "$work/SHA256SUMS" "$lib/SHA256SUMS" 644
}

start() {
  if ! runs_systemd; then
    printf '%s\n' "$ICMPMON_JOIN_NAME is installed. This machine has no systemd: start the agent yourself, now and at each boot:" "  $lib/icmpmon-agent run"
    return 0
  fi
  systemctl daemon-reload
  systemctl -q enable "$unit"
  if [ -n "$changed" ]; then systemctl restart "$unit" || true
  else systemctl start "$unit" || true; fi
  outcome=0
  "$lib/node" "$lib/agent.js" await-first-result "$ICMPMON_JOIN_NAME" "$(stored ICMPMON_OPS_PORT)" || outcome=$?
  [ "$outcome" != 0 ] || return 0
  printf 'Log of the agent: journalctl -u %s\n' "$unit"
  # The agent does not answer: only its log contains the reason.
  [ "$outcome" != 2 ] || journalctl -q -u "$unit" -n 8 -o cat --no-pager || true
  exit 1
}

join() {
  check_settings
  take_turn
  mkdir -p "$root/var/tmp"
  work=$(mktemp -d "$root/var/tmp/icmp-mon.XXXXXX")
  fetch SHA256SUMS -s
  choose_node
  choose_packages
  print_plan
  ask
  fetch_checked join.sh -s
  fetch_checked agent.js -s
  fetch_checked agent.service -s
  [ -n "$own_node" ] || is_current "$lib/node" "$node" || fetch_checked "$node" "$([ -t 2 ] && printf %s -# || printf %s -s)"
  install_packages
  install_files
  start
}

remove() {
  [ -e "$lib" ] || [ -e "$etc" ] || fail 'there is no ICMP-Mon agent on this machine.'
  take_turn
  name=$(stored ICMPMON_AGENT_NAME)
  printf '%s\n' "This command will stop the agent $name and remove its service, $lib, $etc" \
    "and $root/var/lib/icmp-mon-agent, with its key and the results that were not sent yet. Packages are kept."
  ask
  if runs_systemd; then
    systemctl -q disable --now "$unit" || true
    rm -f "/etc/systemd/system/$unit.service"
    systemctl daemon-reload
    # Removes a failed service from systemd's list. The command fails when the service had not failed.
    systemctl reset-failed "$unit" 2>/dev/null || true
  fi
  rm -rf "$root/var/lib/icmp-mon-agent" "$root/var/lib/private/icmp-mon-agent"
  # Removes this script last, so that an incomplete removal can be repeated.
  rm -rf "$etc" "$link"
  rm -rf "$lib"
  printf '%s\n' "Removed. The portal lists $name until you retire it there: Agents, $name, Retire."
}

while [ $# -gt 0 ]; do
  case $1 in
    --yes) yes=yes ;;
    --uninstall) uninstall=yes ;;
    --root) case ${2-} in /*[!/]*) root=${2%/} && shift ;; *) fail '--root needs the absolute path of a folder other than /.' ;; esac ;;
    --help) usage && exit 0 ;;
    *) usage >&2 && fail "unknown option $1." ;;
  esac
  shift
done
lib=$root/usr/lib/icmp-mon etc=$root/etc/icmp-mon link=$root/usr/local/bin/icmpmon-agent lock=$root/run/icmp-mon-join.lock
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail 'this needs root: become root (sudo -i) and paste the command again.'
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
if [ -n "$uninstall" ]; then remove; else join; fi
