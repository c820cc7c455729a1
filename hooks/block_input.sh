frontdesk_input=$(cat)
(
@SCRIPT@) <<FRONTDESK_INPUT || @REFUSE@
$frontdesk_input
FRONTDESK_INPUT
if [ -n "$frontdesk_input" ]; then
	exec <<FRONTDESK_INPUT
$frontdesk_input
FRONTDESK_INPUT
else
	exec </dev/null
fi
