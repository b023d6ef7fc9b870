using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class ExplainingTheRuntimesErrors
{
    [Theory]
    [InlineData("2026-01-02T03:04:05.000001Z: executable file `nosuch` not found in $PATH: No such file or directory", "nosuch", 127, "exec: \"nosuch\": executable file not found in $PATH")]
    [InlineData("time=\"2026\" level=error msg=\"runc create failed: unable to start container process: exec: \\\"nosuch\\\": executable file not found in $PATH\"", "nosuch", 127, "exec: \"nosuch\": executable file not found in $PATH")]
    [InlineData("executable file `/bin/x` not found in $PATH: No such file or directory", "/bin/x", 127, "exec: \"/bin/x\": stat /bin/x: no such file or directory")]
    [InlineData("open executable: Permission denied", "/etc/passwd", 126, "exec: \"/etc/passwd\": permission denied")]
    [InlineData("mount `proc`: Operation not permitted", "true", 128, "mount `proc`: Operation not permitted")]
    public void Uses_the_words_from_which_the_docker_cli_tells_its_exit_code(string message, string program, int code, string words)
    {
        var failure = RuntimeErrors.Explain("StartContainer", program, message);
        failure.ExitCode.ShouldBe(code);
        failure.Error.ShouldContain(words);
    }
}
