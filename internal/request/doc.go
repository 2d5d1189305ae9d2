// Package request reads requests for a verification from an annotation and records them in a status.
package request
