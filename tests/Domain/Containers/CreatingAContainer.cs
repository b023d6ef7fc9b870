using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Containers;

public sealed class CreatingAContainer
{
    [Fact]
    public void What_is_left_open_is_taken_from_the_image()
    {
        var config = Decide(Given.Open with { Env = ["LANG=de"], Labels = new() { ["of"] = "user" } }).Event<ContainerCreated>().Config;
        config.Cmd.ShouldBe(["sh"]);
        config.Env.ShouldBe(["LANG=de", "PATH=/bin"]);
        config.Labels.ShouldBe(new Dictionary<string, string> { ["of"] = "user" });
        config.User.ShouldBe("nobody");
        config.WorkingDir.ShouldBe("/srv");
        config.ExposedPorts.ShouldBe(["80/tcp"]);
        config.StopSignal.ShouldBe("SIGINT");
        config.Hostname.ShouldBe("cccccccccccc");
    }

    [Fact]
    public void An_entrypoint_of_ones_own_makes_the_images_command_meaningless() =>
        Decide(Given.Open with { Entrypoint = ["/init"] }).Event<ContainerCreated>().Config.Cmd.ShouldBeEmpty();

    [Fact]
    public void An_empty_entrypoint_takes_the_images_away()
    {
        var config = Decide(Given.Open with { Entrypoint = [""], Cmd = ["ls"] }).Event<ContainerCreated>().Config;
        config.Entrypoint.ShouldBeNull();
        config.Cmd.ShouldBe(["ls"]);
    }

    [Fact]
    public void The_images_layers_and_id_are_fixed_from_now_on()
    {
        var created = Decide().Event<ContainerCreated>();
        created.ImageId.ShouldBe(Given.Busybox.Id);
        created.ImageLayers.ShouldBe(["sha256:22"]);
    }

    [Fact]
    public void Without_a_command_it_is_refused()
    {
        var bare = Given.Busybox with { ConfigJson = "{}" };
        CreateContainer.Decide(Given.Creation(), Container.Absent, bare, Given.Now).ShouldRefuse(RefusalKind.Invalid, "no command specified");
    }

    [Fact]
    public void An_image_that_is_not_here_is_told_in_words_that_make_the_cli_pull() =>
        CreateContainer.Decide(Given.Creation(), Container.Absent, Image.Absent, Given.Now).ShouldRefuse(RefusalKind.NotFound, "No such image: busybox");

    [Fact]
    public void An_image_whose_config_is_no_json_is_refused() =>
        CreateContainer.Decide(Given.Creation(), Container.Absent, Given.Busybox with { ConfigJson = "[" }, Given.Now)
            .ShouldRefuse(RefusalKind.Failed, $"the config of image {Given.Busybox.Id} cannot be read");

    [Theory]
    [InlineData("a")]
    [InlineData("-ab")]
    [InlineData("a b")]
    [InlineData("ab\n")]
    [InlineData("äbc")]
    public void A_name_against_the_grammar_is_refused(string name) =>
        CreateContainer.Decide(Given.Creation(name: name), Container.Absent, Given.Busybox, Given.Now)
            .ShouldRefuse(RefusalKind.Invalid, $"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");

    [Fact]
    public void Values_that_cannot_be_carried_out_are_refused()
    {
        Decide(Given.Open with { WorkingDir = "srv" }).ShouldRefuse(
            RefusalKind.Invalid, "the working directory 'srv' is invalid, it needs to be an absolute path");
        Decide(Given.Open with { Env = ["=x"] }).ShouldRefuse(RefusalKind.Invalid, "invalid environment variable: =x");
        Decide(Given.Open with { StopSignal = "NOPE" }).ShouldRefuse(RefusalKind.Invalid, "invalid signal: NOPE");
        Decide(host: Given.Host with { CapAdd = ["CAP_FLY"] }).ShouldRefuse(RefusalKind.Invalid, "invalid CapAdd: unknown capability: \"CAP_FLY\"");
        Decide(host: Given.Host with { ExtraHosts = ["nohost"] }).ShouldRefuse(RefusalKind.Invalid, "bad format for add-host: \"nohost\"");
        Decide(host: Given.Host with { Dns = ["nine"] }).ShouldRefuse(RefusalKind.Invalid, "bad nameserver address nine");
    }

    [Fact]
    public void Suggested_names_follow_the_grammar()
    {
        for (var random = 0; random < 10_000; random += 7)
        {
            ContainerName.TryParse(ContainerName.Suggest(random, 0), out _).ShouldBeTrue();
            ContainerName.TryParse(ContainerName.Suggest(-random, 3), out _).ShouldBeTrue();
        }
    }

    private static Decision Decide(ContainerConfig? config = null, HostOptions? host = null) =>
        CreateContainer.Decide(Given.Creation(config, host), Container.Absent, Given.Busybox, Given.Now);
}
