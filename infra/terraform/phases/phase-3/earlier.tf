# Phase 1's outputs: given by the variable `phase_1`, else read from its state, which lies beside this one's.

data "terraform_remote_state" "phase_1" {
  count   = var.phase_1 == null ? 1 : 0
  backend = var.state.backend
  config = merge(var.state.config, {
    (var.state.backend == "local" ? "path" : "key") = "${try(var.state.config.path, "")}${var.environment}/phase-1.tfstate"
  })
}

locals {
  # try, and no condition: the two sides have different types.
  phase_1 = try(data.terraform_remote_state.phase_1[0].outputs, var.phase_1)
}
