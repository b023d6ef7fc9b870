using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: steps that cannot be made, told when their turn comes.</summary>
public sealed class RefusingSteps : BuildConversation
{
    private static readonly ContextEntry[] Context =
        [File("f", "F"), File("g", "G"), File("d/x", "X"), Link("dangling", "nowhere"), Link("out", "../../../../../../etc/passwd")];

    [Theory]
    [InlineData("COPY nosuch /x", "COPY failed: file not found in build context or excluded by .dockerignore: stat nosuch: file does not exist")]
    [InlineData("COPY d/nosuch /x", "COPY failed: file not found in build context or excluded by .dockerignore: stat d/nosuch: file does not exist")]
    [InlineData("ADD nosuch /x", "ADD failed: file not found in build context or excluded by .dockerignore: stat nosuch: file does not exist")]
    [InlineData("COPY dangling /x", "COPY failed: file not found in build context or excluded by .dockerignore: stat dangling: file does not exist")]
    [InlineData("COPY out /x", "COPY failed: file not found in build context or excluded by .dockerignore: stat out: file does not exist")]
    [InlineData("COPY *.none /x", "COPY failed: no source files were specified")]
    [InlineData("COPY ../f /x", "COPY failed: forbidden path outside the build context: ../f")]
    [InlineData("COPY f g /x", "When using COPY with more than one source file, the destination must be a directory and end with a /")]
    [InlineData("ADD f g /x", "When using ADD with more than one source file, the destination must be a directory and end with a /")]
    [InlineData("COPY http://127.0.0.1:1/x /x", "COPY failed: source can't be a URL for COPY")]
    [InlineData("COPY --from=nosuch:never /a /b", "invalid from flag value nosuch:never: ")]
    [InlineData("COPY --from=busybox /nosuch /b", "COPY failed: ")]
    [InlineData("COPY --chown=nosuch f /x", "unable to convert uid/gid chown string to host mapping: can't find uid for user nosuch: no such user: nosuch")]
    [InlineData("COPY --chown=nobody f /x", "unable to convert uid/gid chown string to host mapping: can't find gid for group nobody: no such group: nobody")]
    [InlineData("COPY --chown=0:nosuch f /x", "unable to convert uid/gid chown string to host mapping: can't find gid for group nosuch: no such group: nosuch")]
    [InlineData("COPY --chown=a:b:c f /x", "invalid chown string format: a:b:c")]
    [InlineData("COPY f /etc/passwd/x", "not a directory")]
    [InlineData("COPY d /etc/passwd", "/etc/passwd")]
    [InlineData("WORKDIR /etc/passwd", "Cannot mkdir: /etc/passwd is not a directory")]
    [InlineData("WORKDIR /etc/passwd/x", "not a directory")]
    [InlineData("STOPSIGNAL SIGNOSUCH", "Invalid signal: SIGNOSUCH")]
    [InlineData("EXPOSE many", "Invalid containerPort: many")]
    [InlineData("EXPOSE 80/nosuch", "Invalid proto: nosuch")]
    [InlineData("USER nosuch\nRUN true", "unable to find user nosuch: no matching entries in passwd file")]
    [InlineData("ENV a=${b", "missing")]
    [InlineData("ENV a=${b!c}", "in substitution")]
    public async Task In_dockers_words(string step, string words)
    {
        var output = await BuildAsync($"FROM busybox\n{step}\n", Context);
        output.FailedWith(words);
        output.Said[0].ShouldBe($"Step 1/{step.Split('\n').Length + 1} : FROM busybox");
        output.Images.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0", "invalid from flag value 0: refers to current build stage", "cannot copy from stage \"0\", it needs to be defined before current stage \"stage-0\"")]
    [InlineData("5", "invalid from flag value 5: ", "invalid stage index 5")]
    public async Task A_stage_that_is_not_there_yet(string from, string ofDocker, string ofOurs)
    {
        var dockerfile = $"FROM busybox\nCOPY --from={from} /a /b\n";
        if (DockerEngine.IsDockerd)
            (await BuildAsync(dockerfile)).FailedWith(ofDocker);
        else
            (await PostAsync(dockerfile)).Refuses(400, $"dockerfile parse error on line 2: {ofOurs}");
    }

    [Fact]
    public async Task A_second_stage_of_a_name()
    {
        var output = await BuildAsync("FROM busybox AS x\nFROM busybox AS X\nLABEL a=b\n");
        if (DockerEngine.IsDockerd)
            output.FailedWith("X stage name already used");
        else
            output.Succeeded().Said[0].ShouldBe("[Warning] Duplicate stage name \"x\", stage names should be unique");
    }

    [Fact]
    public async Task An_image_of_nothing()
    {
        (await BuildAsync("FROM scratch\n")).FailedWith("No image was generated. Is your Dockerfile empty?");
        (await BuildAsync("FROM scratch\nRUN true\n")).FailedWith(DockerEngine.IsDockerd ? "/bin/sh" : "scratch");
        (await BuildAsync("FROM ${nosuch}\n")).FailedWith("base name (${nosuch}) should not be blank");
    }
}
