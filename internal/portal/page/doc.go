// Package page renders the portal's pages: templates, style and words. It reads nothing but the data that it is given.
package page
