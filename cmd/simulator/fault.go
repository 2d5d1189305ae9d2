package main

import (
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const outageHelp = `Let Maskinporten's token endpoint fail, or every endpoint of Maskinporten. It does not depend on
delegations. NAV, Altinn and the HRM system fail in the same ways with "fault set nav.outage=KIND",
"fault set altinn.outage=KIND" and "fault set hrm.outage=KIND".

Before the request is read:
  ServiceUnavailable              503 with JSON
  InternalServerError             500 with a page of HTML
  BadGateway                      502 with nothing
  TooManyRequests                 429 with nothing
  ForbiddenHTML                   403 with a page of HTML, as from a proxy
  ForeignPage                     200 with a page of HTML, as from a captive portal
  ForeignJSON                     200 with another service's JSON, as from a gateway
  ForeignNoContent                204, as from a captive portal
  ConnectionReset                 no response at all

After the request was processed, so that its grant is used up:
  ConnectionResetAfterProcessing  the response is lost
  ErrorAfterProcessing            500 with a page of HTML
  Truncated                       half of the response
  ResetMidBody                    half of the response, and a TCP reset
  Oversized                       200 with 32 MiB of JSON
  EmptyBody                       200 with nothing
  SlowDrip                        a byte each tenth of a second`

func newFaultCommand(admin *adminClient) *cobra.Command {
	command := &cobra.Command{
		Use:   "fault",
		Short: "Break things on purpose, and repair them",
		Long: `Break Maskinporten, Altinn, NAV and the HRM system on purpose, and repair them.

Faults whose names begin with altinn, nav or hrm affect that service only, and all others Maskinporten only.
Faults add up until they are cleared. Those of token responses can be limited to some consumers with
--consumer; such a consumer has its own faults instead of the general ones.`,
		Example: `  simulator fault outage ServiceUnavailable
  simulator fault outage TooManyRequests --retry-after Seconds --consumer 310330701
  simulator fault set latency=2s clockOffset=-1m
  simulator fault set ignoreConsumerOrg
  simulator fault set ignoreConsumerOrg=false
  simulator fault set nav.outage=ServiceUnavailable hrm.latency=2s
  simulator fault list
  simulator fault clear`,
	}
	command.AddCommand(newFaultSetCommand(admin), newFaultOutageCommand(admin), newFaultShowCommand(admin),
		newFaultListCommand(), newFaultClearCommand(admin))
	return command
}

func newFaultSetCommand(admin *adminClient) *cobra.Command {
	var consumers []string
	command := &cobra.Command{
		Use:   "set NAME[=VALUE]…",
		Short: "Set faults by name; a name alone turns a switch on",
		Long: `Set faults by name, as "fault list" names them. A name alone turns a switch on; NAME=false turns it off,
and NAME= removes any other fault.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return setFaults(cmd, admin, args, consumers)
		},
	}
	addConsumerFlag(command, &consumers)
	return command
}

func newFaultOutageCommand(admin *adminClient) *cobra.Command {
	var consumers []string
	var retryAfter string
	var everyEndpoint bool
	command := &cobra.Command{
		Use:       "outage KIND",
		Short:     "Let Maskinporten's token endpoint fail, or all of Maskinporten",
		Long:      outageHelp,
		Example:   "  simulator fault outage TooManyRequests --retry-after HTTPDate",
		Args:      cobra.ExactArgs(1),
		ValidArgs: strings.Fields(join(simwire.Outages())),
		RunE: func(cmd *cobra.Command, args []string) error {
			assignments := []string{"outage=" + args[0]}
			if retryAfter != "" {
				assignments = append(assignments, "retryAfter="+retryAfter)
			}
			if everyEndpoint {
				assignments = append(assignments, "everyEndpoint")
			}
			return setFaults(cmd, admin, assignments, consumers)
		},
	}
	addConsumerFlag(command, &consumers)
	command.Flags().StringVar(&retryAfter, "retry-after", "",
		"form of the Retry-After header: "+join(simwire.RetryAfters()))
	command.Flags().BoolVar(&everyEndpoint, "every-endpoint", false, "metadata, keys and health fail too")
	command.MarkFlagsMutuallyExclusive("every-endpoint", "consumer")
	return command
}

func newFaultShowCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Show what is broken",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var set faultSet
			if err := admin.call(cmd.Context(), http.MethodGet, "/faults", nil, &set); err != nil {
				return fmt.Errorf("cannot show faults: %w", err)
			}
			cmd.Print(set.describe())
			return nil
		},
	}
}

func newFaultListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List all faults; * can be limited to consumers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range simulator.FaultSwitches() {
				mark := ""
				if s.Limitable {
					mark = "*"
				}
				_, _ = fmt.Fprintf(table, "%s%s\t%s\n", s.Name, mark, s.Help)
				if len(s.Values) > 1 {
					_, _ = fmt.Fprintf(table, "\t  %s\n", strings.Join(s.Values, " "))
				}
			}
			return table.Flush()
		},
	}
}

func newFaultClearCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "clear",
		Short: "Repair everything",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := admin.call(cmd.Context(), http.MethodDelete, "/faults", nil, nil); err != nil {
				return fmt.Errorf("cannot clear faults: %w", err)
			}
			cmd.Println("Nothing is broken")
			return nil
		},
	}
}

// setFaults changes the current faults. Concurrent changes may undo each other.
func setFaults(cmd *cobra.Command, admin *adminClient, assignments, consumers []string) error {
	set := faultSet{}
	if err := admin.call(cmd.Context(), http.MethodGet, "/faults", nil, &set); err != nil {
		return fmt.Errorf("cannot read the faults: %w", err)
	}
	if err := set.assign(assignments, consumers); err != nil {
		return err
	}
	var result faultSet
	if err := admin.call(cmd.Context(), http.MethodPut, "/faults", set, &result); err != nil {
		return fmt.Errorf("cannot set faults: %w", err)
	}
	cmd.Print(result.describe())
	return nil
}

func addConsumerFlag(command *cobra.Command, consumers *[]string) {
	command.Flags().StringSliceVar(consumers, "consumer", nil, "only for these organization numbers; repeatable")
}

func join[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return strings.Join(texts, " ")
}
