frontdesk=@PROGRAM@
[ -x "$frontdesk" ] || frontdesk=$(command -v frontdesk) || {
	echo "frontdesk: the program is neither where it was nor on PATH, so this @NAME@ hook accepts nothing" >&2
	exit 1
}
exec "$frontdesk" hooks run @NAME@ "$@"
