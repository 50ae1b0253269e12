import ArgumentParser

/// `apus man`
struct ManCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man",
        abstract: "Print the manual page, in roff.",
        usage: "apus man",
        discussion: """
              apus man | man -l -
              apus man > /usr/local/share/man/man1/apus.1
            """
    )

    func run() throws { print(ManPage.text, terminator: "") }
}

/// The manual page: what `--help` says of every command, and what none of them says.
enum ManPage {
    static var text: String {
        var page = """
            .TH APUS 1 "" "apus 0.1.0" "User Commands"
            .SH NAME
            apus \\- keeps fleets of HAProxy and apus\\-proxy as a Git repository says
            .SH SYNOPSIS
            .B apus
            .I command
            .RI [ options ]
            .SH DESCRIPTION
            Reads the desired state from a repository, looks at what each proxy really runs over its Runtime API,
            and changes only what differs. Never reloads.

            """
        for command in commands {
            guard command.configuration.shouldDisplay else { continue }
            page += ".SH \"APUS \(command._commandName.uppercased())\"\n"
            page += preformatted(Apus.helpMessage(for: command, columns: 76))
        }
        return page + closing
    }

    private static var commands: [any ParsableCommand.Type] {
        Apus.configuration.subcommands.flatMap { command in
            [command] + command.configuration.subcommands
        }
    }

    private static func preformatted(_ help: String) -> String {
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let text = line.replacing("\\", with: "\\e").replacing("-", with: "\\-")
            return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
        }
        return ".nf\n" + lines.joined(separator: "\n") + "\n.fi\n"
    }

    private static let closing = """
        .SH "EXIT STATUS"
        .TP
        .B 0
        everything is as asked
        .TP
        .B 1
        a mistake, or nothing could be done
        .TP
        .B 2
        there are changes (with \\-\\-detailed\\-exitcode)
        .TP
        .B 3
        denied by a policy
        .TP
        .B 4
        the saved plan is stale: a proxy has changed, or the plan expired
        .TP
        .B 5
        partly applied: some proxies were changed, others could not be
        .TP
        .B 6
        somebody else changes the fleet
        .TP
        .B 7
        not converged in time
        .SH ENVIRONMENT
        .TP
        .B NO_COLOR, CLICOLOR_FORCE, TERM
        whether output is coloured, where \\-\\-color does not say
        .TP
        .B COLUMNS
        how wide output may be, where there is no terminal to ask
        .TP
        .B XDG_STATE_HOME
        where the state folder is, where \\-\\-state\\-dir does not say
        .SH FILES
        .TP
        .I ~/.local/state/apus/state.sqlite
        ledger, history, suspensions, pins and acknowledgements
        .TP
        .I ~/.local/state/apus/fleet\\-NAME.lock
        held by whoever changes the fleet
        .SH "SEE ALSO"
        .BR haproxy (1),
        .BR git (1)

        """
}
