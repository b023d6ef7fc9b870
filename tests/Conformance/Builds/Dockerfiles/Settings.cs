using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds.Dockerfiles;

/// <summary>What a container of the image will be like.</summary>
internal static class Settings
{
    public static readonly BuildCase[] All =
    [
        new("CMD in its forms: the last one counts", """
            FROM busybox
            CMD ["first"]
            CMD echo  two   $HOME
            """)
        { Config = ["Cmd [\"/bin/sh\",\"-c\",\"echo  two   $HOME\"]", "Entrypoint null"], Layers = 1 },

        new("CMD that looks like JSON and is none is a command line", """
            FROM busybox
            CMD ['single', 'quotes']
            """)
        { Config = ["Cmd [\"/bin/sh\",\"-c\",\"['single', 'quotes']\"]"], Layers = 1 },

        new("CMD of nothing", """
            FROM busybox
            CMD []
            """)
        { Config = ["Cmd null"], Layers = 1 },

        new("ENTRYPOINT forgets the base's command", """
            FROM busybox
            ENTRYPOINT ["/init", "-x"]
            """)
        { Config = ["Entrypoint [\"/init\",\"-x\"]", "Cmd null"], Layers = 1 },

        new("ENTRYPOINT keeps a command of the same stage", """
            FROM busybox
            CMD ["a", "b"]
            ENTRYPOINT exec top -b
            """)
        { Config = ["Entrypoint [\"/bin/sh\",\"-c\",\"exec top -b\"]", "Cmd [\"a\",\"b\"]"], Layers = 1 },

        new("ENTRYPOINT forgets the command of the stage before", """
            FROM busybox AS base
            CMD ["a"]
            FROM base
            ENTRYPOINT ["b"]
            """)
        { Config = ["Entrypoint [\"b\"]", "Cmd null"], Layers = 1 },

        new("ENTRYPOINT of nothing", """
            FROM busybox
            ENTRYPOINT ["b"]
            CMD ["c"]
            ENTRYPOINT []
            """)
        { Config = ["Entrypoint null", "Cmd [\"c\"]"], Layers = 1 },

        new("SHELL is for what comes after it", """
            FROM busybox
            RUN echo $0 > /before
            CMD first
            SHELL ["/bin/sh", "-e", "-c"]
            RUN echo $- | grep -o e > /after
            HEALTHCHECK CMD look
            ENTRYPOINT second
            """)
        {
            Config =
            [
                "Shell [\"/bin/sh\",\"-e\",\"-c\"]", "Cmd [\"/bin/sh\",\"-c\",\"first\"]", "Entrypoint [\"/bin/sh\",\"-e\",\"-c\",\"second\"]",
                "Healthcheck {\"Test\":[\"CMD-SHELL\",\"look\"]}",
            ],
            Files = ["/after 644: e|", "/before 644: /bin/sh|"],
            Layers = 3,
        },

        new("USER by names and numbers: the last one counts", """
            FROM busybox
            USER 5:6
            USER nosuch:either
            """)
        { Config = ["User \"nosuch:either\""], Layers = 1 },

        new("WORKDIR goes on from the one before", """
            FROM busybox
            WORKDIR /a
            WORKDIR b/c/
            WORKDIR ../d/.
            WORKDIR "with space"
            """)
        {
            Config = ["WorkingDir \"/a/b/d/with space\""],
            Files = ["/a/ 755", "/a/b/ 755", "/a/b/c/ 755", "/a/b/d/ 755", "/a/b/d/with space/ 755"],
            Layers = 5,
        },

        new("WORKDIR without a slash begins at the root", """
            FROM busybox
            WORKDIR sub
            """)
        { Config = ["WorkingDir \"/sub\""], Files = ["/sub/ 755"], Layers = 2 },

        new("WORKDIR that is there makes no layer", """
            FROM busybox
            WORKDIR /tmp
            WORKDIR /home
            WORKDIR /
            """)
        { Config = ["WorkingDir \"/\""], Layers = 1 },

        new("WORKDIR belongs to root whoever the user is", """
            FROM busybox
            USER nobody
            WORKDIR /of/whom
            """)
        { Config = ["User \"nobody\"", "WorkingDir \"/of/whom\""], Files = ["/of/ 755", "/of/whom/ 755"], Layers = 2 },

        new("WORKDIR through links of the image", """
            FROM busybox
            COPY links /
            WORKDIR /link/new
            WORKDIR /out/made
            """)
        {
            Context = [Link("links/link", "/home"), Link("links/out", "../../../var/tmp")],
            Config = ["WorkingDir \"/out/made\""],
            Files = ["/home/new/ 755", "/link -> /home", "/out -> ../../../var/tmp", "/var/tmp/made/ 755"],
            Layers = 4,
        },

        new("VOLUME in its forms", """
            FROM busybox
            VOLUME /a
            VOLUME /b /c
            VOLUME ["/d e", "/f"]
            """)
        { Config = ["Volumes {\"/a\":{},\"/b\":{},\"/c\":{},\"/d e\":{},\"/f\":{}}"], Layers = 1 },

        new("VOLUME loses what commands write to it later, not what is copied", """
            FROM busybox
            RUN mkdir /data && echo before > /data/before
            VOLUME /data
            RUN echo after > /data/after && echo else > /else
            COPY a.txt /data/copied
            """)
        {
            Context = [File("a.txt", "A")],
            Config = ["Volumes {\"/data\":{}}"],
            Files = ["/data/ 755", "/data/before 644: before|", "/data/copied 644: A", "/else 644: else|"],
            Layers = 4,
        },

        new("EXPOSE in its forms", """
            FROM busybox
            ENV ports="91 92/udp"
            EXPOSE 80 81/tcp 82/udp
            EXPOSE 7000-7002 8000-8001/udp
            EXPOSE 80
            EXPOSE $ports
            """)
        {
            Config =
            [
                """
                ExposedPorts {"80/tcp":{},"81/tcp":{},"82/udp":{},"7000/tcp":{},"7001/tcp":{},"7002/tcp":{},"8000/udp":{},"8001/udp":{},"91/tcp":{},"92/udp":{}}
                """,
            ],
            Layers = 1,
        },

        new("STOPSIGNAL by name", """
            FROM busybox
            STOPSIGNAL SIGUSR1
            """)
        { Config = ["StopSignal \"SIGUSR1\""], Layers = 1 },

        new("STOPSIGNAL by number", """
            FROM busybox
            STOPSIGNAL 9
            """)
        { Config = ["StopSignal \"9\""], Layers = 1 },

        new("HEALTHCHECK of a command line", """
            FROM busybox
            HEALTHCHECK --interval=1m --timeout=3s --start-period=2s --retries=5 CMD test -f "/well" || exit 1
            """)
        {
            Config =
            [
                """
                Healthcheck {"Test":["CMD-SHELL","test -f \"/well\" || exit 1"],"Interval":60000000000,"Timeout":3000000000,"StartPeriod":2000000000,"Retries":5}
                """,
            ],
            Layers = 1,
        },

        new("HEALTHCHECK of a list", """
            FROM busybox
            HEALTHCHECK NONE
            HEALTHCHECK CMD ["test", "-f", "/well"]
            """)
        { Config = ["Healthcheck {\"Test\":[\"CMD\",\"test\",\"-f\",\"/well\"]}"], Layers = 1 },

        new("HEALTHCHECK that is none", """
            FROM busybox
            HEALTHCHECK CMD true
            HEALTHCHECK NONE
            """)
        { Config = ["Healthcheck {\"Test\":[\"NONE\"]}"], Layers = 1 },

        new("ONBUILD is kept as it is", """
            FROM busybox
            ONBUILD COPY . /app/$where
            ONBUILD   RUN  echo  a   b
            """)
        { Config = ["OnBuild [\"COPY . /app/$where\",\"RUN  echo  a   b\"]"], Layers = 1 },

        new("Comments, empty lines, letter case and spaces", """
            # a comment

               from busybox
            # LABEL no=1
              Label a=b
            lAbEl c=d

                # another
            EXPOSE	80
            """)
        { Config = ["ExposedPorts {\"80/tcp\":{}}"], Layers = 1 },

        new("Lines that go on", """
            FROM \
              busybox
            LABEL a="1 \
              2" \

              # a comment between
              b=2   \
              c=3
            RUN echo one \
                # nobody sees this
                two && \
                echo three \
                > /file
            """)
        { Config = ["Labels {\"a\":\"1   2\",\"b\":\"2\",\"c\":\"3\"}"], Files = ["/file 644: three|"], Layers = 2 },

        new("Another escape character", """
            # escape=`
            FROM busybox
            ENV path=C:\dir\new`
                two=b`$c
            LABEL a=b `
              c=d
            """)
        { Config = ["Env [\"path=C:\\\\dir\\\\new\",\"two=b$c\"]", "Labels {\"a\":\"b\",\"c\":\"d\"}"], Layers = 1 },

        new("Lines that end as on Windows, and a mark in front", "\uFEFFFROM busybox\r\nLABEL a=b \\\r\n  c=d\r\nCOPY a.txt /a\r\nCMD run it\r\n")
        {
            Context = [File("a.txt", "A")],
            Config = ["Labels {\"a\":\"b\",\"c\":\"d\"}", "Cmd [\"/bin/sh\",\"-c\",\"run it\"]"],
            Files = ["/a 644: A"],
            Layers = 2,
        },

        new("A last line that does not end", "FROM busybox\nCMD [\"end\"]") { Config = ["Cmd [\"end\"]"], Layers = 1 },

        new("Labels of the request come last", """
            FROM busybox
            LABEL a=1 b=2
            """)
        { Query = "labels=%7B%22b%22:%22given%22,%22c%22:%22with%20space%22%7D", Config = ["Labels {\"a\":\"1\",\"b\":\"given\",\"c\":\"with space\"}"], Layers = 1 },

        new("What is inherited from an image stays", """
            FROM busybox AS base
            ENV a=1
            LABEL b=2
            EXPOSE 80
            VOLUME /v
            USER 5
            WORKDIR /tmp
            STOPSIGNAL SIGHUP
            HEALTHCHECK CMD true
            ENTRYPOINT ["/e"]
            CMD ["c"]
            FROM base
            LABEL c=3
            """)
        {
            Config =
            [
                "Env [\"a=1\"]", "Labels {\"b\":\"2\",\"c\":\"3\"}", "ExposedPorts {\"80/tcp\":{}}", "Volumes {\"/v\":{}}", "User \"5\"", "WorkingDir \"/tmp\"",
                "StopSignal \"SIGHUP\"", "Healthcheck {\"Test\":[\"CMD-SHELL\",\"true\"]}", "Entrypoint [\"/e\"]", "Cmd [\"c\"]",
            ],
            Layers = 1,
        },
    ];
}
