package query

// Help returns the language in short, for people at a terminal.
func Help() string {
	return `A query is made of terms separated by spaces; a record must meet all of them.

  is:open                    new, active or held
  is:new|active|held|resolved|closed|cancelled
                             exactly that category, whatever the state's name
  state:on-hold              a field is, or for text contains, the value
  priority:P1,P2             a comma means or
  title:"disk full"          quotes keep spaces together
  -service:vpn               a dash turns a term round
  no:assignee  has:problem   a field is not set, is set
  assignee:@me               you
  opened:>2026-01-01         after that day; also >= < <= and a..b; for dates,
                             numbers and choices (choices as the type lists them)
  opened:2026-11             in that month; also 2026, 2026-11-03, 2026-11-03T09:12,
                             now-8h, today, yesterday, tomorrow, today-7d, today-2w
  sla:breached               a target is missed; also running, paused, met, cancelled,
                             none; of one clock: sla.response:breached
  due:<4h  due:overdue       the next target or the stated deadline is over within four
                             hours (30m, 2d, 1w), or is over; also due:today,
                             due:<=2026-12-01; due_at is the deadline alone
  type:change  id:CHG-2611-AB3D
  sort:due sort:priority sort:-opened
                             in that order; a dash turns it round
  vpn  "free text"           anywhere in title, id or body

In values, upper and lower case are the same. The _at or _on of a time may be
left out, but of due_at. Without sort, the newest come first.

In a shell, put the query in single quotes if it holds quotes, > or <:
  frontdesk list 'title:"disk full" opened:>today-7d'`
}
