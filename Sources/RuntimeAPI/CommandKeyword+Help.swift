extension CommandKeyword {
    /// The words and arguments, then what the command does, as `help` shows them.
    private var usage: (form: String, purpose: String) {
        switch self {
        case .abortAuthorities:
            ("abort ssl ca-file <cafile>", "abort a transaction for a CA file")
        case .abortRevocations:
            ("abort ssl crl-file <crlfile>", "abort a transaction for a CRL file")
        case .addAuthorities:
            ("add ssl ca-file <cafile> <payload>", "add a certificate into the CA file")
        case .commitAuthorities: ("commit ssl ca-file <cafile>", "commit a CA file")
        case .commitRevocations: ("commit ssl crl-file <crlfile>", "commit a CRL file")
        case .deleteAuthorities: ("del ssl ca-file <cafile>", "delete an unused CA file")
        case .deleteRevocations: ("del ssl crl-file <crlfile>", "delete an unused CRL file")
        case .dumpCertificate: ("dump ssl cert <certfile>", "refused: private keys stay here")
        case .newAuthorities:
            ("new ssl ca-file <cafile>", "create a new CA file to be used in a crt-list")
        case .newRevocations:
            ("new ssl crl-file <crlfile>", "create a new CRL file to be used in a crt-list")
        case .setAuthorities: ("set ssl ca-file <cafile> <payload>", "replace a CA file")
        case .setRevocations: ("set ssl crl-file <crlfile> <payload>", "replace a CRL file")
        case .setResponse:
            (
                "set ssl ocsp-response <resp|payload>",
                "update a certificate's OCSP Response from a base64-encode DER"
            )
        case .setTicketKey:
            (
                "set ssl tls-key [id|file] <key>",
                "set the next TLS key for the <id> or <file> listener to <key>"
            )
        case .showAuthorities:
            (
                "show ssl ca-file [<cafile>[:<index>]]",
                "display the SSL CA files used in memory, or the details of a <cafile>, or a single certificate of index <index> of a CA file <cafile>"
            )
        case .showRevocations:
            (
                "show ssl crl-file [<crlfile[:<index>>]]",
                "display the SSL CRL files used in memory, or the details of a <crlfile>, or a single CRL of index <index> of CRL file <crlfile>"
            )
        case .showResponses:
            (
                "show ssl ocsp-response [[text|base64] id]",
                "display the IDs of the OCSP responses used in memory, or the details of a single OCSP response (in text or base64 format)"
            )
        case .showNames:
            ("show ssl sni [-f <frontend>]", "list the names that binds have certificates for")
        case .showTicketKeys:
            (
                "show tls-keys [id|*]",
                "show tls keys references or dump tls ticket keys when id specified"
            )
        case .abortCertificate:
            ("abort ssl cert <certfile>", "abort a transaction for a certificate file")
        case .addAcl: ("add acl [@<ver>] <acl> <pattern>", "add an acl entry")
        case .addBackend: ("add backend <backend>", "add a new backend")
        case .addMap:
            (
                "add map [@<ver>] <map> <key> <val>",
                "add a map entry (payload supported instead of key/val)"
            )
        case .addServer: ("add server <bk>/<srv>", "create a new server")
        case .addToCertificateList:
            (
                "add ssl crt-list <list> <cert> [opts]*",
                "add to crt-list file <list> a line <cert> or a payload"
            )
        case .begin: ("begin [<delay>]", "collect changes until 'commit' or 'rollback'")
        case .clearAcl: ("clear acl [@<ver>] <acl>", "clear the contents of this acl")
        case .clearCounters:
            ("clear counters [all]", "clear max statistics counters (or all counters)")
        case .clearMap: ("clear map [@<ver>] <map>", "clear the contents of this map")
        case .commit: ("commit", "carry out the collected changes, all or nothing")
        case .commitAcl: ("commit acl @<ver> <acl>", "commit the ACL at this version")
        case .commitMap: ("commit map @<ver> <map>", "commit the map at this version")
        case .commitCertificate:
            ("commit ssl cert <certfile>", "commit a certificate file")
        case .deleteAcl: ("del acl <acl> [<key>|#<ref>]", "delete acl entries matching <key>")
        case .deleteBackend: ("del backend <backend>", "delete a backend")
        case .deleteMap: ("del map <map> [<key>|#<ref>]", "delete map entries matching <key>")
        case .deleteServer: ("del server <bk>/<srv>", "remove a dynamically added server")
        case .deleteCertificate:
            ("del ssl cert <certfile>", "delete an unused certificate file")
        case .deleteFromCertificateList:
            (
                "del ssl crt-list <list> <cert[:line]>",
                "delete a line <cert> from crt-list file <list>"
            )
        case .disableAgent: ("disable agent", "disable agent checks")
        case .disableDynamicCookie:
            (
                "disable dynamic-cookie backend <bk>",
                "disable dynamic cookies on a specific backend"
            )
        case .disableFrontend:
            ("disable frontend <frontend>", "temporarily disable specific frontend")
        case .disableHealth: ("disable health", "disable health checks")
        case .disableServer:
            (
                "disable server (DEPRECATED)",
                "disable a server for maintenance (use 'set server' instead)"
            )
        case .dumpStatsFile: ("dump stats-file", "dump stats for restore")
        case .echo: ("echo [text]*", "repeat the words")
        case .enableAgent: ("enable agent", "enable agent checks")
        case .enableDynamicCookie:
            ("enable dynamic-cookie backend <bk>", "enable dynamic cookies on a specific backend")
        case .enableFrontend: ("enable frontend <frontend>", "re-enable specific frontend")
        case .enableHealth: ("enable health", "enable health checks")
        case .enableServer:
            ("enable server  (DEPRECATED)", "enable a disabled server (use 'set server' instead)")
        case .experimentalMode:
            ("experimental-mode [on|off]", "enable or disable experimental mode")
        case .expertMode: ("expert-mode [on|off]", "enable or disable expert mode")
        case .getAcl:
            ("get acl <acl> <value>", "report the patterns matching a sample for an ACL")
        case .getMap:
            ("get map <acl> <value>", "report the keys and values matching a sample for a map")
        case .getVariable:
            ("get var <name>", "retrieve contents of a process-wide variable")
        case .getWeight: ("get weight <bk>/<srv>", "report a server's current weight")
        case .newCertificate:
            (
                "new ssl cert <certfile>",
                "create a new certificate file to be used in a crt-list or a directory"
            )
        case .operator: ("operator", "lower the level of the current CLI session to operator")
        case .prepareAcl: ("prepare acl <acl>", "prepare a new version for atomic ACL replacement")
        case .prepareMap: ("prepare map <acl>", "prepare a new version for atomic map replacement")
        case .publishBackend:
            ("publish backend <backend>", "mark backend as ready for traffic")
        case .rollback: ("rollback", "forget the collected changes")
        case .setDynamicCookieKey:
            (
                "set dynamic-cookie-key backend <bk> <k>",
                "change a backend secret key for dynamic cookies"
            )
        case .setMap: ("set map <map> [<key>|#<ref>] <value>", "modify a map entry")
        case .setMaxconnFrontend:
            (
                "set maxconn frontend <frontend> <value>",
                "change a frontend's maxconn setting"
            )
        case .setMaxconnGlobal:
            ("set maxconn global <value>", "change the per-process maxconn setting")
        case .setMaxconnServer:
            ("set maxconn server <bk>/<srv>", "change a server's maxconn setting")
        case .setRateLimit:
            ("set rate-limit <setting> <value>", "change a rate limiting value")
        case .setServer:
            ("set server <bk>/<srv> [opts]", "change a server's state, weight, address or ssl")
        case .setSeverityOutput:
            (
                "set severity-output [none|number|string]",
                "set presence of severity level in feedback information"
            )
        case .setCertificate:
            ("set ssl cert <certfile> <payload>", "replace a certificate file")
        case .setTimeout: ("set timeout [cli] <delay>", "change a timeout setting")
        case .setVariable:
            (
                "set var <name> [fmt|expr] {<fmt>|<expr>}",
                "set variable from an expression or a format"
            )
        case .setWeight:
            (
                "set weight <bk>/<srv>  (DEPRECATED)",
                "change a server's weight (use 'set server' instead)"
            )
        case .showAcl:
            ("show acl [@<ver>] <acl>]", "report available acls or dump an acl's contents")
        case .showActivity:
            ("show activity [-1|0|thread_num]", "show what each thread did (for developers)")
        case .showBackend: ("show backend", "list backends in the current running config")
        case .showCLILevel: ("show cli level", "display the level of the current CLI session")
        case .showCLISockets: ("show cli sockets", "dump list of cli sockets")
        case .showDefaults: ("show defaults", "list all proxies defaults sections")
        case .showEnvironment:
            ("show env [var]", "dump environment variables known to the process")
        case .showErrors:
            (
                "show errors [<px>] [request|response]",
                "report last request and/or response errors for each proxy"
            )
        case .showEvents: ("show events [<sink>] [-w] [-n]", "show event sink state")
        case .showDescriptors:
            (
                "show fd [-!plcfb]* [num]",
                "dump list of file descriptors in use or a specific one"
            )
        case .showInfo:
            ("show info [desc|json|typed|float]*", "report information about the running process")
        case .showMap: ("show map [@ver] [map]", "report available maps or dump a map's contents")
        case .showPools:
            (
                "show pools [by*] [match <pfx>] [nb]",
                "report information about the memory pools usage"
            )
        case .showServersConfig:
            (
                "show servers config [<backend>]",
                "dump every attribute of servers (all or for a single backend)"
            )
        case .showServersConn:
            (
                "show servers conn [<backend>]",
                "dump server connections status (all or for a single backend)"
            )
        case .showServersState:
            (
                "show servers state [<backend>]",
                "dump volatile server information (all or for a single backend)"
            )
        case .showSessions:
            (
                "show sess [<id>|all|susp|older <age>]",
                "report the list of current sessions or dump this exact session"
            )
        case .showCertificate:
            (
                "show ssl cert [<certfile>]",
                "display the SSL certificates used in memory, or the details of a file"
            )
        case .showCertificateList:
            (
                "show ssl crt-list [-n] [<list>]",
                "show the list of crt-lists or the content of a crt-list file <list>"
            )
        case .showStat:
            (
                "show stat [desc|json|no-maint|typed|up]*",
                "report counters for each proxy and server"
            )
        case .showStateDigest:
            (
                "show state digest [<proxy>|-]",
                "digest of all changeable state, of each part, or of one"
            )
        case .showVersion: ("show version", "show version of the current process")
        case .shutdownFrontend: ("shutdown frontend <frontend>", "stop a specific frontend")
        case .shutdownSession: ("shutdown session [id]", "kill a specific session")
        case .shutdownSessionsServer:
            ("shutdown sessions server <bk>/<srv>", "kill sessions on a server")
        case .unpublishBackend:
            ("unpublish backend <backend>", "remove backend for traffic processing")
        case .user: ("user", "lower the level of the current CLI session to user")
        case .wait:
            (
                "wait {-h|<delay_ms>} cond [args...]",
                "wait the specified delay or condition (-h to see list)"
            )
        case .help: ("help [<command>]", "list matching or all commands")
        case .prompt: ("prompt [n|i|p|timed]", "change or toggle the interactive mode")
        case .quit: ("quit", "disconnect")
        }
    }

    /// Every command as a row of a Markdown table, for the README.
    static var markdownTable: String {
        let rows = allCases.map { keyword in
            let (form, purpose) = keyword.usage
            let cells = [
                "`\(form.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " "))`",
                "\(keyword.level)", purpose,
            ].map {
                $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
            }
            return "| \(cells.joined(separator: " | ")) |\n"
        }
        return "| command | level | what it does |\n|---|---|---|\n" + rows.joined()
    }

    private var helpLine: String {
        let (form, purpose) = usage
        let padding = String(repeating: " ", count: max(0, 40 - form.utf8.count))
        return "  \(form)\(padding): \(purpose)\n"
    }

    /// What `help words` answers; everything when no command begins with these words.
    static func help(matching words: [String]) -> String {
        "The following commands are valid at this level:\n" + lines(matching: words)
    }

    /// What a line answers that names no command (management.txt §9.3).
    static func unknown(_ words: [String]) -> String {
        let name = words.first ?? ""
        return isGuess(words)
            ? "Unknown command: '\(name)', but maybe one of the following ones is a better match:\n"
                + lines(matching: words)
            : "Unknown command: '\(name)'. Please enter one of the following commands only:\n"
                + lines(matching: [])
    }

    private static func isGuess(_ words: [String]) -> Bool { longestPrefix(of: words) > 0 }

    /// How many of these words some command begins with.
    private static func longestPrefix(of words: [String]) -> Int {
        allCases.map { zip($0.words, words).prefix { $0 == $1 }.count }.max() ?? 0
    }

    private static func lines(matching words: [String]) -> String {
        let prefix = words.prefix(longestPrefix(of: words))
        let session: Set<Self> = [.help, .prompt, .quit]
        return allCases.filter { keyword in
            session.contains(keyword) || zip(keyword.words, prefix).allSatisfy { $0 == $1 }
        }.map(\.helpLine).joined()
    }
}
