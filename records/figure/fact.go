package figure

import "frontdesk/records/sla"

// appendFact encodes what was computed of a record.
func appendFact(dst []byte, sum sla.Summary, trace sla.Trace) []byte {
	return trace.Append(sla.AppendSummary(dst, sum))
}

// readFact decodes what appendFact wrote; ok is false for anything else.
func readFact(src []byte) (sum sla.Summary, trace sla.Trace, ok bool) {
	sum, rest, err := sla.ReadSummary(src)
	if err == nil {
		trace, rest, err = sla.ReadTrace(rest)
	}
	if err != nil || len(rest) > 0 {
		return sla.Summary{}, sla.Trace{}, false
	}
	return sum, trace, true
}
