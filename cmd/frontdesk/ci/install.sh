set -eu
if [ -z "${FRONTDESK_SOURCE:-}" ] || [ -z "${FRONTDESK_REF:-}" ]; then
  echo "::error::set the variables FRONTDESK_SOURCE (git URL of Frontdesk) and FRONTDESK_REF (a tag or commit of it)"
  exit 3
fi
src="$RUNNER_TEMP/frontdesk-source"
git init -q "$src"
git -C "$src" fetch -q --depth 1 --end-of-options "$FRONTDESK_SOURCE" "$FRONTDESK_REF"
git -C "$src" checkout -q FETCH_HEAD
mkdir -p "$RUNNER_TEMP/bin"
(cd "$src" && go build -o "$RUNNER_TEMP/bin/frontdesk" ./cmd/frontdesk)
echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"
"$RUNNER_TEMP/bin/frontdesk" version
