frontdesk=@PROGRAM@
[ -x "$frontdesk" ] || frontdesk=$(command -v frontdesk) || {
	echo "frontdesk: the program is neither where it was nor on PATH, so this @NAME@ hook did nothing; once it is there: frontdesk hooks install" >&2
	exit 0
}
exec "$frontdesk" hooks run @NAME@ "$@"
