package main

import (
	"context"
	"strings"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/records/write"
)

// personType is the type whose records name the people who act, and fieldEmail
// their address in git.
const (
	personType records.Type = "person"
	fieldEmail string       = "email"
)

// actor returns the id of the person who acts: --as, else the person whose
// record has git's user.email, else the local part of that address as a name.
// It is "" where nobody is known.
func actor(ctx context.Context, e *env, t *tree.Tree) (string, error) {
	if e.as != "" && write.Slug(e.as) != e.as {
		return "", usagef("a person's id is a name in lower case, such as lee", "--as %q is no person's id", e.as)
	}
	if e.as != "" {
		return e.as, nil
	}
	_, email := git.User(ctx, t.Root)
	if email == "" {
		return "", nil
	}
	people, err := t.Load(ctx, personType)
	if err != nil {
		return "", err
	}
	for _, p := range people.Set.All() {
		if strings.EqualFold(p.Text(fieldEmail), email) {
			return string(p.ID), nil
		}
	}
	local, _, _ := strings.Cut(email, "@")
	return write.Slug(local), nil
}
