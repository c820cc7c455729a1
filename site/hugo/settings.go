package hugo

import (
	"encoding/json"

	"github.com/gohugoio/hugo/common/hmaps"
	"github.com/gohugoio/hugo/config"
)

// settings returns Hugo's whole configuration. It reads no file, so a desk
// cannot change it; a desk's templates are trusted, its settings are not needed.
// Params takes the way over JSON that the parameters of pages take too: Hugo
// writes into the map, and templates see the same kinds of values everywhere.
func settings(params map[string]any) (config.Provider, error) {
	data, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	own := hmaps.Params{}
	if err := json.Unmarshal(data, &own); err != nil {
		return nil, err
	}
	if own == nil {
		own = hmaps.Params{}
	}
	cfg := config.New()
	for key, value := range map[string]any{
		"workingDir": workDir,
		"publishDir": publishDir,
		"cacheDir":   "/cache", // in memory
		"baseURL":    "/",      // the pages' links are relative and made by us
		"title":      "Frontdesk",
		"locale":     "en",
		// Only the pages that we hand over: no list, feed or sitemap of Hugo's own.
		"disableKinds": []string{
			"home", "section", "taxonomy", "term", "rss", "sitemap", "robotstxt", "404",
		},
		"disableAliases":             true,
		"disableHugoGeneratorInject": true,
		"disablePathToLower":         true,
		"enableGitInfo":              false,
		"enableRobotsTXT":            false,
		"noBuildLock":                true,
		"buildDrafts":                true, // what is built is decided before Hugo,
		"buildFuture":                true, // by audience, and by nothing else
		"buildExpired":               true,
		"timeZone":                   "UTC",
		"security":                   closed(),
		"params":                     own,
	} {
		cfg.Set(key, value)
	}
	return cfg, nil
}

// closed is a security policy that allows nothing: no programs, no environment,
// no network, no HTML content.
func closed() hmaps.Params {
	none := []string{"none"}
	return hmaps.Params{
		"enableinlineshortcodes": false,
		"allowcontent":           []string{"^text/markdown$"},
		"exec":                   hmaps.Params{"allow": none, "osenv": none},
		"funcs":                  hmaps.Params{"getenv": none},
		"http":                   hmaps.Params{"urls": none, "methods": none, "mediatypes": none},
	}
}
