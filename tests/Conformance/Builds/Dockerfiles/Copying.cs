using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds.Dockerfiles;

/// <summary>COPY, and ADD where it does the same.</summary>
internal static class Copying
{
    private static readonly ContextEntry[] Some = [File("a.txt", "A"), File("b.txt", "B"), File("d/x", "X"), File("d/e/y", "Y")];

    private static readonly ContextEntry[] Links =
    [
        File("d/file", "F"), Link("d/relative", "file"), Link("d/absolute", "/etc/passwd"), Link("d/dangling", "nowhere"), HardLink("d/hard", "d/file"),
        Link("link", "d/file"), Link("folder", "d"), Link("out", "../../../etc"),
    ];

    public static readonly BuildCase[] All =
    [
        new("COPY of a file gives it another name", """
            FROM busybox
            COPY a.txt /to/file
            """)
        { Context = Some, Files = ["/to/ 755", "/to/file 644: A"], Layers = 2 },

        new("COPY of a file into a folder that a slash makes one", """
            FROM busybox
            COPY a.txt /to/deep/
            """)
        { Context = Some, Files = ["/to/ 755", "/to/deep/ 755", "/to/deep/a.txt 644: A"], Layers = 2 },

        new("COPY of a file into a folder that is there", """
            FROM busybox
            COPY a.txt /home
            COPY a.txt /
            """)
        { Context = Some, Files = ["/a.txt 644: A", "/home/a.txt 644: A"], Layers = 3 },

        new("COPY of a folder takes what is in it", """
            FROM busybox
            COPY d /to
            """)
        { Context = Some, Files = ["/to/ 755", "/to/e/ 755", "/to/e/y 644: Y", "/to/x 644: X"], Layers = 2 },

        new("COPY of a folder into one that is there", """
            FROM busybox
            COPY d/ /home/
            """)
        { Context = Some, Files = ["/home/e/ 755", "/home/e/y 644: Y", "/home/x 644: X"], Layers = 2 },

        new("COPY of several files", """
            FROM busybox
            COPY a.txt b.txt /to/
            """)
        { Context = Some, Files = ["/to/ 755", "/to/a.txt 644: A", "/to/b.txt 644: B"], Layers = 2 },

        new("COPY of files and folders", """
            FROM busybox
            COPY a.txt d b.txt /to/
            """)
        { Context = Some, Files = ["/to/ 755", "/to/a.txt 644: A", "/to/b.txt 644: B", "/to/e/ 755", "/to/e/y 644: Y", "/to/x 644: X"], Layers = 2 },

        new("COPY by a pattern", """
            FROM busybox
            COPY *.txt /to/
            """)
        { Context = Some, Files = ["/to/ 755", "/to/a.txt 644: A", "/to/b.txt 644: B"], Layers = 2 },

        new("COPY by patterns of one character", """
            FROM busybox
            COPY ?.txt /one/
            COPY [ab].t?t /two/
            COPY [^a].txt /three/
            """)
        {
            Context = Some,
            Files = ["/one/ 755", "/one/a.txt 644: A", "/one/b.txt 644: B", "/three/ 755", "/three/b.txt 644: B", "/two/ 755", "/two/a.txt 644: A", "/two/b.txt 644: B"],
            Layers = 4,
        },

        new("COPY by a pattern that only one file matches", """
            FROM busybox
            COPY a*.txt /to
            """)
        { Context = Some, Files = ["/to 644: A"], Layers = 2 },

        new("COPY by a pattern in a folder's name", """
            FROM busybox
            COPY */x /to/
            COPY d/* /all/
            """)
        { Context = Some, Files = ["/all/ 755", "/all/x 644: X", "/all/y 644: Y", "/to/ 755", "/to/x 644: X"], Layers = 3 },

        new("COPY into the working folder", """
            FROM busybox
            WORKDIR /work
            COPY a.txt .
            COPY a.txt sub/name
            COPY b.txt ./
            """)
        {
            Context = Some,
            Config = ["WorkingDir \"/work\""],
            Files = ["/work/ 755", "/work/a.txt 644: A", "/work/b.txt 644: B", "/work/sub/ 755", "/work/sub/name 644: A"],
            Layers = 5,
        },

        new("COPY of the whole context, the Dockerfile included", "FROM busybox\nCOPY . /all\n")
        {
            Context = Some,
            Files =
            [
                "/all/ 755", "/all/Dockerfile 644: FROM busybox|COPY . /all|", "/all/a.txt 644: A", "/all/b.txt 644: B", "/all/d/ 755", "/all/d/e/ 755", "/all/d/e/y 644: Y",
                "/all/d/x 644: X",
            ],
            Layers = 2,
        },

        new("COPY takes what .dockerignore names, as leaving it out is the client's part, but not the Dockerfile", """
            FROM busybox
            COPY . /all
            """)
        {
            Context = [.. Some[..1], File(".dockerignore", "*.txt\nDockerfile\n")],
            Files = ["/all/ 755", "/all/.dockerignore 644: *.txt|Dockerfile|", "/all/a.txt 644: A"],
            Layers = 2,
        },

        new("COPY over a file", """
            FROM busybox
            COPY a.txt /etc/group
            COPY b.txt /etc/group
            """)
        { Context = [File("a.txt", "A", "600"), File("b.txt", "B", "640")], Files = ["/etc/group 640: B"], Layers = 3 },

        new("COPY of a folder over one with other permissions", """
            FROM busybox
            COPY d /tmp
            COPY d /home/
            """)
        {
            Context = [Folder("d", "700"), Folder("d/sub", "711"), File("d/sub/f", "F")],
            Files = ["/home/sub/ 711", "/home/sub/f 644: F", "/tmp/sub/ 711", "/tmp/sub/f 644: F"],
            Layers = 3,
        },

        new("COPY of the same again makes a layer again", """
            FROM busybox
            COPY a.txt /to/
            COPY a.txt /to/
            """)
        { Context = Some, Files = ["/to/ 755", "/to/a.txt 644: A"], Layers = 3 },

        new("COPY keeps permissions", """
            FROM busybox
            COPY d /d
            COPY script /script
            """)
        {
            Context =
            [
                Folder("d", "755"), Folder("d/private", "700"), Folder("d/sticky", "1777"), File("d/none", "", "000"), File("d/run", "r", "755"),
                File("script", "#!/bin/sh\n", "500"),
            ],
            Files =
            [
                "/d/ 755", "/d/none 0: ", "/d/private/ 700", "/d/run 755: r", "/d/sticky/ 1777", "/script 500: #!/bin/sh|",
            ],
            Layers = 3,
        },

        // dockerd loses the bits as it changes the owner of what it has copied.
        new("COPY of programs that run as another", """
            FROM busybox
            COPY d /d
            COPY d/setuid /single
            """)
        {
            Context = [File("d/setuid", "s", "4755"), File("d/setgid", "g", "2750")],
            Files = DockerEngine.IsDockerd
                ? ["/d/ 755", "/d/setgid 750: g", "/d/setuid 755: s", "/single 755: s"]
                : ["/d/ 755", "/d/setgid 2750: g", "/d/setuid 4755: s", "/single 4755: s"],
            Layers = 3,
        },

        new("COPY gives all to root", """
            FROM busybox
            USER nobody
            COPY d /to/d
            COPY f /to/f
            """)
        {
            Context = [Folder("d") with { Owner = (1000, 1000) }, File("d/x", "X") with { Owner = (1000, 1001) }, File("f", "F") with { Owner = (5, 6) }],
            Config = ["User \"nobody\""],
            Files = ["/to/ 755", "/to/d/ 755", "/to/d/x 644: X", "/to/f 644: F"],
            Layers = 3,
        },

        new("COPY --chown by names", """
            FROM busybox
            COPY --chown=nobody:www-data a.txt /one
            COPY --chown=root a.txt /two
            COPY --chown=nobody:nogroup d /d
            """)
        {
            Context = Some,
            Files =
            [
                "/d/ 755 65534:65534", "/d/e/ 755 65534:65534", "/d/e/y 644 65534:65534: Y", "/d/x 644 65534:65534: X", "/one 644 65534:33: A", "/two 644: A",
            ],
            Layers = 4,
        },

        new("COPY --chown by numbers", """
            FROM busybox
            COPY --chown=7:8 a.txt /one
            COPY --chown=9 a.txt /two
            COPY --chown=10:nogroup a.txt /three
            ADD --chown=11:12 a.txt /four
            """)
        { Context = Some, Files = ["/four 644 11:12: A", "/one 644 7:8: A", "/three 644 10:65534: A", "/two 644 9:9: A"], Layers = 5 },

        new("COPY --chown owns the folders that it makes, not those that were there", """
            FROM busybox
            COPY --chown=5:6 a.txt /to/deep/file
            COPY --chown=5:6 d /home/
            """)
        {
            Context = Some,
            Files = ["/home/e/ 755 5:6", "/home/e/y 644 5:6: Y", "/home/x 644 5:6: X", "/to/ 755 5:6", "/to/deep/ 755 5:6", "/to/deep/file 644 5:6: A"],
            Layers = 3,
        },

        new("COPY --chown of a user alone takes the group of that name, with a variable and by names of the image", """
            FROM busybox
            ARG who=app
            COPY passwd /etc/passwd
            COPY group /etc/group
            COPY --chown=$who a.txt /one
            COPY --chown=${who}:${who}s a.txt /two
            """)
        {
            Context = [.. Some[..1], File("passwd", "app:x:77:78::/:/bin/sh\n"), File("group", "app:x:79:\napps:x:80:\n")],
            Files = ["/etc/group 644: app:x:79:|apps:x:80:|", "/etc/passwd 644: app:x:77:78::/:/bin/sh|", "/one 644 77:79: A", "/two 644 77:80: A"],
            Layers = 5,
        },

        new("COPY of a folder keeps the links in it", """
            FROM busybox
            COPY d /to
            """)
        {
            Context = Links,
            Files = ["/to/ 755", "/to/absolute -> /etc/passwd", "/to/dangling -> nowhere", "/to/file 644: F", "/to/hard = /to/file", "/to/relative -> file"],
            Layers = 2,
        },

        new("COPY of a link takes what it leads to", """
            FROM busybox
            COPY link /file
            COPY link d/relative /named/
            COPY folder /folder
            """)
        {
            Context = Links,
            Files =
            [
                "/file 644: F", "/folder/ 755", "/folder/absolute -> /etc/passwd", "/folder/dangling -> nowhere", "/folder/file 644: F", "/folder/hard = /folder/file",
                "/folder/relative -> file", "/named/ 755", "/named/link 644: F", "/named/relative 644: F",
            ],
            Layers = 4,
        },

        new("COPY through links of the image", """
            FROM busybox
            COPY links /
            COPY a.txt /absolute/
            COPY a.txt /relative/b
            COPY d /absolute/d
            COPY d /folder
            """)
        {
            Context = [.. Some, Link("links/absolute", "/real"), Link("links/relative", "real"), Link("links/folder", "/real/f"), File("links/real/f/was", "W")],
            Files =
            [
                "/absolute -> /real", "/folder -> /real/f", "/real/ 755", "/real/a.txt 644: A", "/real/b 644: A", "/real/d/ 755", "/real/d/e/ 755", "/real/d/e/y 644: Y",
                "/real/d/x 644: X", "/real/f/ 755", "/real/f/e/ 755", "/real/f/e/y 644: Y", "/real/f/was 644: W", "/real/f/x 644: X", "/relative -> real",
            ],
            Layers = 6,
        },

        new("COPY through a link that leads out stays in the image", """
            FROM busybox
            COPY links /
            COPY a.txt /out/a
            COPY a.txt /out
            COPY a.txt /new
            """)
        {
            Context = [.. Some[..1], Link("links/out", "../../../../home"), Link("links/new", "/made")],
            Files = ["/home/a 644: A", "/home/a.txt 644: A", "/made 644: A", "/new -> /made", "/out -> ../../../../home"],
            Layers = 5,
        },

        new("COPY of empty folders, of which the copied one loses its permissions", """
            FROM busybox
            COPY empty /to
            COPY more/ /to/more/
            """)
        { Context = [Folder("empty", "700"), Folder("more"), Folder("more/inner", "700")], Files = ["/to/ 755", "/to/more/ 755", "/to/more/inner/ 700"], Layers = 3 },

        new("COPY of names with spaces and others", """
            FROM busybox
            COPY ["a b.txt", "c d/", "/to the/"]
            COPY ünïcode /ü
            COPY [".hidden", "/to the/"]
            """)
        {
            Context = [File("a b.txt", "A"), File("c d/e f", "E"), File("ünïcode", "U"), File(".hidden", "H")],
            Files = ["/to the/ 755", "/to the/.hidden 644: H", "/to the/a b.txt 644: A", "/to the/e f 644: E", "/ü 644: U"],
            Layers = 4,
        },

        new("COPY of paths with dots and slashes", """
            FROM busybox
            COPY ./a.txt /x/../y/./a
            COPY /b.txt //z//b
            COPY d/../d/e/. /e
            """)
        { Context = Some, Files = ["/e/ 755", "/e/y 644: Y", "/y/ 755", "/y/a 644: A", "/z/ 755", "/z/b 644: B"], Layers = 4 },

        new("COPY with variables", """
            FROM busybox
            ENV name=a to=/to
            ARG ext=txt
            COPY $name.$ext ${to}/${name}
            COPY ["$name.txt", "$to/json"]
            """)
        { Context = Some, Config = ["Env [\"name=a\",\"to=/to\"]"], Files = ["/to/ 755", "/to/a 644: A", "/to/json 644: A"], Layers = 3 },

        new("ADD of files and folders is a COPY", """
            FROM busybox
            ADD a.txt /to/
            ADD d /to/d
            ADD *.txt /all/
            """)
        {
            Context = Some,
            Files =
            [
                "/all/ 755", "/all/a.txt 644: A", "/all/b.txt 644: B", "/to/ 755", "/to/a.txt 644: A", "/to/d/ 755", "/to/d/e/ 755", "/to/d/e/y 644: Y", "/to/d/x 644: X",
            ],
            Layers = 4,
        },
    ];
}
