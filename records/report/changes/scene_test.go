package changes

import "frontdesk/records/report/scene"

// reports are those that the tests compute.
var reports = scene.Reports(Reports)
