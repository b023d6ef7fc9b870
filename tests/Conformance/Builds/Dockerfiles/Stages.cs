using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds.Dockerfiles;

/// <summary>Several FROM, COPY --from and images of nothing.</summary>
internal static class Stages
{
    private static readonly ContextEntry[] Some = [File("a.txt", "A"), File("d/x", "X", "600"), Link("d/l", "x")];

    public static readonly BuildCase[] All =
    [
        new("FROM alone is the image itself", """
            FROM busybox
            """)
        { Config = ["Cmd [\"sh\"]"], Layers = 1 },

        new("COPY --from of a stage by its name", """
            FROM busybox AS maker
            COPY --chown=5:6 d /made
            FROM busybox
            COPY --from=maker /made /got
            COPY --from=maker /made/x /x
            """)
        { Context = Some, Files = ["/got/ 755", "/got/l -> x 5:6", "/got/x 600 5:6: X", "/x 600 5:6: X"], Layers = 3 },

        new("COPY --from of a stage by its number, and with other owners", """
            FROM busybox
            COPY --chown=5:6 a.txt /a
            FROM busybox
            COPY --chown=7:8 a.txt /b
            FROM busybox
            COPY --from=0 a /from0
            COPY --from=1 --chown=nobody:nogroup /b /from1
            """)
        { Context = Some, Files = ["/from0 644 5:6: A", "/from1 644 65534:65534: A"], Layers = 3 },

        new("COPY --from of an image", """
            FROM busybox
            COPY --from=busybox:latest /etc/passwd /etc/gro*p /copied/
            """)
        {
            Files =
            [
                "/copied/ 755", "/copied/group 644: root:x:0:|www-data:x:33:|nogroup:x:65534:|",
                "/copied/passwd 644: root:x:0:0:root:/root:/bin/sh|nobody:x:65534:65534:nobody:/home:/bin/false|",
            ],
            Layers = 2,
        },

        new("COPY --from keeps what lets a program run as another", """
            FROM busybox AS maker
            RUN touch /program && chmod 6755 /program
            FROM busybox
            COPY --from=maker /program /program
            """)
        { Files = ["/program 6755: "], Layers = 2 },

        new("COPY --from follows links inside the stage", """
            FROM busybox AS maker
            COPY links /
            FROM busybox
            COPY --from=maker /absolute/x /one
            COPY --from=maker /out/passwd /two
            COPY --from=maker /absolute /three
            """)
        {
            Context = [File("links/real/x", "X"), Link("links/absolute", "/real"), Link("links/out", "../../../../etc")],
            Files = ["/one 644: X", "/three/ 755", "/three/x 644: X", "/two 644: root:x:0:0:root:/root:/bin/sh|nobody:x:65534:65534:nobody:/home:/bin/false|"],
            Layers = 4,
        },

        new("FROM a stage goes on where it ended", """
            FROM busybox AS base
            ENV a=1
            COPY a.txt /base
            WORKDIR /w
            FROM base AS middle
            ENV b=2
            FROM BASE
            ENV c=3
            COPY a.txt .
            """)
        { Context = Some, Config = ["Env [\"a=1\",\"c=3\"]", "WorkingDir \"/w\""], Files = ["/base 644: A", "/w/ 755", "/w/a.txt 644: A"], Layers = 4 },

        new("FROM with a name in any case", """
            from busybox as Maker
            copy a.txt /a
            FROM busybox
            COPY --from=mAKER /a /a
            """)
        { Context = Some, Files = ["/a 644: A"], Layers = 2 },

        new("Stages that nobody uses leave nothing", """
            FROM busybox AS tests
            RUN touch /tested
            FROM busybox
            LABEL a=b
            """)
        { Config = ["Labels {\"a\":\"b\"}"], Layers = 1 },

        new("A stage that is the target ends the build", """
            FROM busybox AS one
            LABEL stage=1
            FROM busybox AS two
            LABEL stage=2
            FROM nosuch/image:none
            """)
        { Query = "target=Two", Config = ["Labels {\"stage\":\"2\"}"], Layers = 1 },

        new("FROM scratch has what is copied", """
            FROM scratch
            COPY a.txt /a
            """)
        { Context = Some, Config = ["Cmd null", "Env null"], Files = ["/a 644: A"], Layers = 1, OfScratch = true },

        new("FROM scratch runs a program that was copied from another", """
            FROM scratch
            COPY --from=busybox /bin/busybox /bin/busybox
            RUN ["/bin/busybox", "mkdir", "/made"]
            SHELL ["/bin/busybox", "sh", "-c"]
            RUN echo $0 > /made/by
            RUN busybox rm /bin/busybox
            CMD ["/app"]
            """)
        {
            Config = ["Cmd [\"/app\"]", "Shell [\"/bin/busybox\",\"sh\",\"-c\"]"],
            Files = ["/bin/ 755", "/made/ 755", "/made/by 644: sh|"],
            Layers = 4,
            OfScratch = true,
        },

        new("FROM scratch with settings alone has no layer", """
            FROM scratch
            LABEL nothing=here
            """)
        { Config = ["Labels {\"nothing\":\"here\"}"], Layers = 0, OfScratch = true },

        new("FROM scratch takes another's files", """
            FROM busybox AS maker
            WORKDIR /app/sub
            COPY d .
            FROM scratch
            WORKDIR /srv
            COPY --from=maker /app .
            USER 5:6
            """)
        {
            Context = Some,
            Config = ["WorkingDir \"/srv\"", "User \"5:6\""],
            Files = ["/srv/ 755", "/srv/sub/ 755", "/srv/sub/l -> x", "/srv/sub/x 600: X"],
            Layers = 2,
            OfScratch = true,
        },
    ];
}
