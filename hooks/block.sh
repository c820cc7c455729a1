(
@SCRIPT@) || @REFUSE@
