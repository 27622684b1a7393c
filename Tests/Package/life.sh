# A package's life in a Debian that has nothing: `scripts/soak --package` runs it there, as root, each command shown.
# Beside it in /root is the package; BOOTSTRAP is a broker, where there is one.

set -o pipefail
export DEBIAN_FRONTEND=noninteractive
install_packages() { apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@" >/dev/null; }
# As the unit runs it, as far as that can be without a systemd.
as_service=(setpriv --reuid sluice --regid sluice --init-groups env HOME=/var/lib/sluice
    XDG_CACHE_HOME=/var/cache XDG_STATE_HOME=/var/lib)
# A command that must fail; a plain ! would not end the shell.
fails() { if "$@"; then return 1; fi; }
# Until a command succeeds, at most a minute.
await() {
    local count
    for ((count = 0; count < 120; count++)); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.5
    done
    echo "in vain for a minute: $*" >&2
    return 1
}

cd /root
apt-get -qq update
# What looks at the package, and nothing that it needs.
install_packages lintian man-db systemd curl
lintian --allow-root --fail-on error,warning ./sluice_*.deb

# Installed, with all that it depends on, where no Swift is.
fails command -v swift
install_packages ./sluice_*.deb
dpkg --verify sluice
ldd /usr/bin/sluice | tee libraries
fails grep -E 'not found|swift' libraries
sluice version
sluice extractor list | tee extractors
for name in hubspot stripe zendesk; do grep -qw "$name" extractors; sluice extractor test "$name"; done
man --where sluice
man sluice 2>/dev/null | grep 'exactly once'
bash -n /usr/share/bash-completion/completions/sluice
test -s /usr/share/zsh/vendor-completions/_sluice
test -s /usr/share/fish/vendor_completions.d/sluice.fish
getent passwd sluice
systemd-analyze verify /lib/systemd/system/sluice.service

# Nothing is set, so nothing is enabled, and what is missing is said.
test "$(systemctl is-enabled sluice || true)" = disabled
code=0; sluice config show --config /etc/sluice/sluice.yaml || code=$?
test $code = 2

# All of it in one process, with the Kafka that is built in: once, and as the daemon.
install -d -o sluice -g sluice /var/lib/sluice /var/cache/sluice
"${as_service[@]}" sluice demo --once
"${as_service[@]}" sluice demo --quiet --listen 127.0.0.1:8690 &
await curl -fsS http://127.0.0.1:8690/readyz
await eval "curl -fsS http://127.0.0.1:8690/metrics | grep '^sluice_runs_total{.*result=\"success\".*} [1-9]'"
kill $!
wait $!

# The daemon as the unit starts it, with a real Kafka, the configuration of a person and a schedule of theirs.
echo 'extractor: stripe
account: local
settings: {api_key: sk_test_local, base_url: http://127.0.0.1:12111, requests_per_second: 1000}
streams: [customers, charges]
when: "0 0 1 1 *"' >/etc/sluice/schedules/stripe.yaml
if [[ -n ${BOOTSTRAP:-} ]]; then
    sed -i -e "s|^#kafka: {.*|kafka: {bootstrap: \"$BOOTSTRAP\"}|" -e 's|^#topic_prefix: .*|topic_prefix: packaged|' \
        -e 's|^#listen: .*|listen: 127.0.0.1:8691|' /etc/sluice/sluice.yaml
    sluice simulate stripe --port 12111 --records 500 >/dev/null &
    service=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/sluice.service)
    sluice doctor --config /etc/sluice/sluice.yaml
    (cd /etc/sluice && exec "${as_service[@]}" $service) &
    daemon=$!
    await curl -fsS http://127.0.0.1:8691/readyz
    sluice trigger stripe --wait --kafka "$BOOTSTRAP" --topic-prefix packaged
    sluice runs stripe --kafka "$BOOTSTRAP" --topic-prefix packaged
    kill $daemon
    wait $daemon
else
    echo "SKIPPED: the daemon with a real Kafka; set SLUICE_TEST_KAFKA=HOST:PORT"
    sed -i 's|^#listen: .*|listen: 127.0.0.1:8691|' /etc/sluice/sluice.yaml
fi

# Enabled by a person, installed again over it: what they wrote and chose stays.
systemctl enable sluice
install_packages --reinstall ./sluice_*.deb
grep -q '^listen: 127.0.0.1:8691' /etc/sluice/sluice.yaml
test "$(systemctl is-enabled sluice)" = enabled

# Removed, its configuration stays; purged, nothing is left but what a person put there.
apt-get -qq -o Dpkg::Use-Pty=0 remove -y sluice >/dev/null
test -f /etc/sluice/sluice.yaml
fails test -e /usr/bin/sluice
apt-get -qq -o Dpkg::Use-Pty=0 purge -y sluice >/dev/null
# What man-db keeps of a page that was looked at is its own affair.
test "$(find / -xdev \( -path /root -o -path /proc -o -path /var/cache/man \) -prune -o -path '*sluice*' -print)" = "/etc/sluice
/etc/sluice/schedules
/etc/sluice/schedules/stripe.yaml"
rm -r /etc/sluice
fails getent passwd sluice
fails getent group sluice
# Files that end so are copies of what was before.
fails grep -rl sluice /etc --exclude='*-'
fails dpkg-query -W sluice
